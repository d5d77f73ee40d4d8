// Ctrl+Enter runs the question, as its first button does; a field that lacks something has the focus.
// Works without.
(() => {
  const form = document.querySelector("[data-ask]");
  if (!form) return;
  form.querySelector("[aria-invalid]")?.focus();
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[value='run']"));
  });
})();
