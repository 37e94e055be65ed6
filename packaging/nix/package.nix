# Builds the program with nixpkgs. flake.nix uses it; without flakes:
#
#   nix-build -E '(import <nixpkgs> { }).callPackage ./packaging/nix/package.nix { }'
{
  lib,
  stdenv,
  buildGo126Module,
  installShellFiles,
  version ? "dev",
}:

buildGo126Module {
  pname = "mxinvite";
  inherit version;

  src = lib.cleanSource ../..;
  # packaging/nix/vendor-hash.sh prints the hash of the modules in go.mod.
  vendorHash = "sha256-Zb0Ke+J05S7f8W6MmG8xvnIntH8No/+lQOSuRM6ZihU=";
  subPackages = [ "." ];

  env.CGO_ENABLED = 0;
  ldflags = [
    "-s"
    "-w"
    "-X github.com/mxinvite/mxinvite/cli/host.release=${version}"
  ];

  nativeBuildInputs = [ installShellFiles ];
  postInstall = ''
    installManPage docs/mxinvite.1
  ''
  + lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    for shell in bash zsh fish; do
      $out/bin/mxinvite completion $shell >mxinvite.$shell
    done
    installShellCompletion mxinvite.{bash,zsh,fish}
  '';

  meta = {
    description = "Terminal program for Matrix third-party invites";
    homepage = "https://github.com/mxinvite/mxinvite";
    license = lib.licenses.mit;
    mainProgram = "mxinvite";
  };
}
