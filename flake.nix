# nix run github:mxinvite/mxinvite
{
  description = "Terminal program for Matrix third-party invites";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      # A flake is not told its tag.
      version = "unstable-${self.shortRev or "dirty"}";
    in
    {
      packages = nixpkgs.lib.genAttrs systems (system: {
        default = nixpkgs.legacyPackages.${system}.callPackage ./packaging/nix/package.nix {
          inherit version;
        };
      });
    };
}
