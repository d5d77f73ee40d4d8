{% load static %}// Shows the last tip when the network is gone and sends the answers that were given meanwhile.
"use strict";

importScripts("{% static 'js/queue.js' %}");

const SHELL = "oo-shell";
const PERSON = "oo-person"; // what one person sees; emptied when nobody is signed in
const HOME = "{% url 'tips:now' %}";
const SIGN_IN = "{% url 'accounts:sign-in' %}";
const OFFLINE = "{% url 'tips:offline' %}";
const ENDS = ["{% url 'accounts:sign-out' %}", "{% url 'accounts:sign-out-everywhere' %}", "{% url 'accounts:delete' %}"];
const PATIENCE_MS = 3000;
const SHELL_SIZE = 60;
const FILES = [
  OFFLINE,
  "{% static 'css/tokens.css' %}",
  "{% static 'css/base.css' %}",
  "{% static 'css/tip.css' %}",
  "{% static 'css/answers.css' %}",
  "{% static 'css/over.css' %}",
  "{% static 'fonts/newsreader-latin.woff2' %}",
  "{% static 'fonts/instrument-sans-latin.woff2' %}",
];
const STATIC = "{% get_static_prefix %}";
const HASHED = /\.[0-9a-f]{12}\.\w+$/;
const ANSWER = /^\/tip\/[^/]+\/answer$/;
const CHANGES = /^\/(more|tip\/[^/]+\/(answer|reason|undo))$/;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

async function install() {
  const shell = await caches.open(SHELL);
  await shell.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
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
  event.respondWith(url.pathname === HOME ? home(event) : elsewhere(request));
});

function onPost(event, request, url) {
  if (ENDS.includes(url.pathname)) event.waitUntil(caches.delete(PERSON));
  const plainAnswer = request.mode === "navigate" && ANSWER.test(url.pathname);
  if (plainAnswer) event.respondWith(answerOrKeep(request, url));
  else if (CHANGES.test(url.pathname)) event.respondWith(changeThenRefresh(event, request));
}

// ---- the page

async function home(event) {
  const network = fetch(event.request);
  event.waitUntil(network.then(rememberHome).catch(() => {}));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const first = await Promise.race([network, late]).catch(() => undefined);
  return first ?? (await lastHome()) ?? network.catch(() => caches.match(OFFLINE));
}

async function rememberHome(response) {
  const own = response.ok && response.type === "basic" && !response.redirected;
  if (!own) return;
  const copy = response.clone();
  await (await caches.open(PERSON)).put(HOME, copy);
}

// The page is told that it is an old copy, so that it can say so.
async function lastHome() {
  const kept = await caches.match(HOME, { cacheName: PERSON, ignoreVary: true });
  if (!kept) return undefined;
  const headers = new Headers(kept.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  const html = (await kept.text()).replace("<html", "<html data-cached");
  return new Response(html, { status: 200, headers });
}

const elsewhere = (request) => fetch(request).catch(() => caches.match(OFFLINE));

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

async function changeThenRefresh(event, request) {
  const response = await fetch(request);
  // The copy for the next time without a network must not show a tip that has been answered.
  if (response.ok) event.waitUntil(fetch(HOME, { redirect: "manual" }).then(rememberHome).catch(() => {}));
  return response;
}

// A form that was sent without HTMX. What fails on the way is kept; the last page then shows it as kept.
async function answerOrKeep(request, url) {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch {
    const form = await copy.formData();
    const person = personOf(await ((await lastHome()) ?? new Response("")).text());
    const answered_at = form.get("answered_at") || new Date().toISOString();
    await self.answerQueue.keep({ path: url.pathname, reaction: form.get("reaction"), answered_at, person });
    await self.registration.sync?.register("answers").catch(() => {});
    return Response.redirect(HOME, 303);
  }
}

const contentOf = (html, name) => html.match(new RegExp(`<meta name="${name}" content="([^"]*)"`))?.[1] ?? "";
const personOf = (html) => contentOf(html, "person");

// With no page open, a fresh token comes from a fresh page.
async function sendKept() {
  const response = await fetch(HOME, { redirect: "manual" });
  if (!response.ok) return; // signed out: the answers wait for their person
  const html = await response.text();
  await self.answerQueue.flush(contentOf(html, "csrf-token"), personOf(html));
  for (const client of await self.clients.matchAll()) client.postMessage("sent");
}
