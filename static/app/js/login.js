/** The login page: showing the password. */

import { say } from "./words.js";

export function startLogin() {
  const button = document.querySelector("[data-show]");
  if (!button) return;
  const input = document.getElementById(button.dataset.show);
  button.hidden = false;
  button.addEventListener("click", () => {
    const isHidden = input.type === "password";
    input.type = isHidden ? "text" : "password";
    button.textContent = say(isHidden ? "hide_password" : "show_password");
  });
}
