// Offers the device's time zone on the settings page. Without this the person types it.
(() => {
  const offer = document.querySelector("[data-device-zone]");
  const field = offer && document.getElementById(offer.dataset.deviceZone);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!field || !zone || field.value === zone) return;
  offer.querySelector("span").textContent = zone;
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", () => {
    field.value = zone;
    offer.hidden = true;
    field.focus();
  });
})();
