{% load static %}// Shows the last tip when the network is gone and sends the answers that were given meanwhile.
"use strict";

importScripts("{% static 'js/queue.js' %}");

const SHELL = "oo-shell";
const PERSON = "oo-person"; // what one person sees; emptied when nobody is signed in
const HOME = "{% url 'tips:now' %}";
const SIGN_IN = "{% url 'accounts:sign-in' %}";
const OFFLINE = "{% url 'tips:offline' %}";
const SIGN_OUTS = ["{% url 'accounts:sign-out' %}", "{% url 'accounts:sign-out-everywhere' %}"];
const DELETE = "{% url 'accounts:delete' %}";
const PATIENCE_MS = 3000;
const SHELL_SIZE = 60;
const FILES = [
  OFFLINE,
  "{% static 'css/tokens.css' %}",
  "{% static 'css/base.css' %}",
  "{% static 'css/tip.css' %}",
  "{% static 'css/answers.css' %}",
  "{% static 'css/over.css' %}",
  "{% static 'django_htmx/htmx-2.min.js' %}",
  "{% static 'js/queue.js' %}",
  "{% static 'js/taps.js' %}",
  "{% static 'js/keys.js' %}",
  "{% static 'js/tip.js' %}",
  "{% static 'js/swipe.js' %}",
  "{% static 'js/offline.js' %}",
  "{% static 'fonts/newsreader-latin.woff2' %}",
  "{% static 'fonts/instrument-sans-latin.woff2' %}",
];
const STATIC = "{% get_static_prefix %}";
const HASHED = /\.[0-9a-f]{12}\.\w+$/;
const ANSWER = /^\/tip\/[^/]+\/answer$/;
const SHOWN = /^(\/tip\/[^/]+\/)shown$/;
const CHANGES = /^\/(more|tip\/[^/]+\/(answer|reason|undo))$/;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

async function install() {
  const shell = await caches.open(SHELL);
  await shell.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
  // The page that brought the worker was loaded past it: without this copy, a first visit leaves none.
  await refresh();
  await self.skipWaiting();
}

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("sync", (event) => {
  if (event.tag === "answers") event.waitUntil(sendKept());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST") return onPost(event, request, url);
  if (request.method !== "GET") return;
  if (url.pathname.startsWith(STATIC)) return event.respondWith(fromShell(request, url));
  if (request.mode !== "navigate") return;
  if (url.pathname === SIGN_IN) event.waitUntil(caches.delete(PERSON));
  event.respondWith(url.pathname === HOME ? home(event) : elsewhere(event, request));
});

function onPost(event, request, url) {
  if (SIGN_OUTS.includes(url.pathname)) return signOut(event, request);
  if (url.pathname === DELETE) event.waitUntil(caches.delete(PERSON));
  const plainAnswer = request.mode === "navigate" && ANSWER.test(url.pathname);
  if (plainAnswer) event.respondWith(answerOrKeep(request, url));
  else if (SHOWN.test(url.pathname)) event.respondWith(showThenKeep(event, request, url));
  else if (CHANGES.test(url.pathname)) event.respondWith(changeThenRefresh(event, request));
}

// What was one person's is not for whoever comes next. Whom the server did not sign out is reached as before.
function signOut(event, request) {
  const answered = fetch(request);
  event.respondWith(answered);
  event.waitUntil(Promise.allSettled([caches.delete(PERSON), answered.then(endNotifications)]));
}

function endNotifications({ type, redirected, ok }) {
  const signedOut = type === "opaqueredirect" || (redirected && ok);
  return signedOut && Promise.allSettled([takeDown(), unsubscribe()]);
}

// ---- the page

async function home(event) {
  const [network, remembered] = fetchHome(event.request);
  event.waitUntil(remembered);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const first = await Promise.race([network, late]).catch(() => undefined);
  return first ?? (await lastHome()) ?? network.catch(offline);
}

// Its place is taken before it is asked for: whoever signs out meanwhile deletes it, and what comes
// then is put where nobody finds it.
function fetchHome(...asked) {
  const place = caches.open(PERSON);
  const network = fetch(...asked);
  const remembered = network.then((response) => rememberHome(response, place)).catch(() => {});
  return [network, remembered];
}

async function rememberHome(response, place) {
  // Sent to sign in: the session was ended, here or elsewhere, and what it showed is nobody's.
  if (response.type === "opaqueredirect") return caches.delete(PERSON);
  const own = response.ok && response.type === "basic" && !response.redirected;
  if (!own) return;
  const copy = response.clone();
  await rememberLanguage(response);
  await (await place).put(HOME, copy);
}

// The page is told that it is an old copy, so that it can say so.
async function lastHome() {
  const kept = await caches.match(HOME, { cacheName: PERSON, ignoreVary: true });
  if (!kept) return undefined;
  // Whoever it is of may have been signed out elsewhere: asked as soon as there is a network.
  await self.registration.sync?.register("answers").catch(() => {});
  const headers = new Headers(kept.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  const html = (await kept.text()).replace("<html", "<html data-cached");
  return new Response(html, { status: 200, headers });
}

// Only the tip is kept: without a network every page leads to it.
async function elsewhere(event, request) {
  try {
    const response = await fetch(request);
    event.waitUntil(rememberLanguage(response).catch(() => {}));
    return response;
  } catch {
    const kept = await caches.match(HOME, { cacheName: PERSON, ignoreVary: true });
    return kept ? Response.redirect(HOME, 302) : offline();
  }
}

const offline = () => caches.match(OFFLINE, { cacheName: SHELL, ignoreVary: true });

// The page for who is offline is kept in the language in which oO last spoke here.
async function rememberLanguage({ headers, ok }) {
  const spoken = headers.get("Content-Language");
  const kept = await offline();
  if (!ok || !spoken || kept?.headers.get("Content-Language") === spoken) return;
  const response = await fetch(OFFLINE, { cache: "reload" });
  if (response.ok) await (await caches.open(SHELL)).put(OFFLINE, response);
}

async function fromShell(request, url) {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(request, { ignoreVary: true });
  if (kept && HASHED.test(url.pathname)) return kept;
  try {
    const response = await fetch(request);
    if (response.ok) await shell.put(request, response.clone());
    await trim(shell);
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function trim(shell) {
  const keys = await shell.keys();
  const spare = keys.filter((key) => !FILES.includes(new URL(key.url).pathname));
  await Promise.all(spare.slice(0, Math.max(0, keys.length - SHELL_SIZE)).map((key) => shell.delete(key)));
}

// ---- answers

const refresh = () => fetchHome(HOME, { redirect: "manual" })[1];

async function changeThenRefresh(event, request) {
  const response = await fetch(request);
  // The copy for the next time without a network must not show a tip that has been answered.
  if (response.ok) event.waitUntil(refresh());
  return response;
}

async function showThenKeep(event, request, url) {
  const response = await fetch(request);
  if (response.ok) event.waitUntil(keepShown(SHOWN.exec(url.pathname)[1]));
  return response;
}

// A tip that came to a page which had waited for it is not in the copy of that page.
async function keepShown(tip) {
  const kept = await caches.match(HOME, { cacheName: PERSON, ignoreVary: true });
  if (!kept || !(await kept.text()).includes(tip)) await refresh();
}

// A form that was sent without HTMX. What fails on the way is kept; the last page then shows it as kept.
async function answerOrKeep(request, url) {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch {
    const form = await copy.formData();
    const person = self.answerQueue.personOf(await ((await lastHome()) ?? new Response("")).text());
    const answered_at = form.get("answered_at") || new Date().toISOString();
    await self.answerQueue.keep({ path: url.pathname, reaction: form.get("reaction"), answered_at, person });
    await self.registration.sync?.register("answers").catch(() => {});
    return Response.redirect(HOME, 303);
  }
}

// With no page open, who is here and a fresh token come from a fresh page.
async function sendKept() {
  const here = await self.answerQueue.whoIsHere();
  if (here.person) await self.answerQueue.flush(here);
  else await caches.delete(PERSON); // signed out: the answers wait for their person
  const told = here.person ? "sent" : "left";
  for (const client of await self.clients.matchAll()) client.postMessage(told);
}

// ---- notifications

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data?.json() ?? {}));
});

function show({ title, body, tag, path, actions = [] }) {
  return self.registration.showNotification(title || "oO", {
    body,
    tag,
    icon: "{% static 'img/icon-192.png' %}",
    data: { path: path ?? HOME, actions },
    actions: actions.map(({ action, title }) => ({ action, title })),
  });
}

async function takeDown() {
  for (const shown of await self.registration.getNotifications()) shown.close();
}

async function unsubscribe() {
  await (await self.registration.pushManager?.getSubscription())?.unsubscribe();
}

self.addEventListener("notificationclick", (event) => {
  const { data, close } = event.notification;
  close.call(event.notification);
  const chosen = data.actions.find(({ action }) => action === event.action);
  event.waitUntil(chosen ? answerFromAfar(chosen.path) : open(data.path));
});

// The address says by itself what is answered and by whom. Without a network the page is opened.
async function answerFromAfar(path) {
  const response = await fetch(path, { method: "POST" }).catch(() => undefined);
  if (!response?.ok) await open(HOME);
}

async function open(path) {
  const there = new URL(path, location.origin);
  if (there.origin !== location.origin) return;
  const pages = await self.clients.matchAll({ type: "window" });
  const page = pages.find(({ url }) => new URL(url).pathname === there.pathname) ?? pages[0];
  if (!page) return self.clients.openWindow(there.href);
  await page.navigate(there.href).catch(() => undefined);
  return page.focus();
}
