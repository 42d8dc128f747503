{% load static %}/** Shows what was pushed, also when no page is open, and opens what it is about. */

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let facts = {};
  try {
    facts = event.data?.json() ?? {};
  } catch {
    facts = { title: event.data.text() };
  }
  event.waitUntil(show(facts));
});

/** With the desk before one's eyes the message is there already, so this one makes no noise. */
async function show({ title, body = "", tag = "", url = "/" }) {
  const pages = await self.clients.matchAll({ type: "window" });
  await self.registration.showNotification(title || "CRM", {
    body,
    tag,
    data: { url },
    icon: "{% static 'app/img/icon.svg' %}",
    silent: pages.some((page) => page.focused),
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data?.url ?? "/", self.location.origin)));
});

async function open(url) {
  if (url.origin !== self.location.origin) return;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const same = pages.find((page) => new URL(page.url).pathname === url.pathname);
  if (same) {
    await same.focus();
    return;
  }
  await self.clients.openWindow(url.href);
}
