// The link is in the fragment, which the browser does not send. This posts it in the
// body of a request, so that it is in no server's log of addresses. Without a script the
// user pastes the link into the form.
"use strict";
if (location.hash.includes("private_key")) {
  const form = document.getElementById("paste");
  form.elements.link.value = location.href;
  form.hidden = true;
  document.querySelector(".intro").hidden = true;
  document.getElementById("opening").hidden = false;
  history.replaceState(null, "", "/"); // so that the back button leads to the form
  form.submit();
}
