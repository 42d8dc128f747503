/** The page about being told: a test is sent without leaving the page, so that what it brings is seen here. */

import { getFragment, postForm } from "./api.js";
import { toast } from "./notices.js";
import { say } from "./words.js";

export function startTests() {
  const form = document.getElementById("try");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await postForm(form.action, { channel: event.submitter.value });
      toast(say("test_sent"), { key: "test" });
    } catch (error) {
      toast(error.message || say("load_failed"), { kind: "danger", key: "test" });
    }
    await refresh();
  });
}

async function refresh() {
  const fragment = await getFragment("/me/notifications/lately/").catch(() => null);
  if (!fragment) return;
  const text = fragment.getElementById("told-lately").outerHTML;
  await window.htmx.swap({ target: document.getElementById("told-lately"), text, swap: "outerHTML" });
}
