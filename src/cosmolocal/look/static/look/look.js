/* Makes pages quicker and kinder; every page works without it. No eval, nothing inline. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("has-script");
  const words = (document.getElementById("look-words") || { dataset: {} }).dataset;
  const live = document.getElementById("live");

  function say(sentence) {
    if (!live || !sentence) return;
    live.textContent = "";
    // A moment of silence, so that the same sentence is spoken twice when it is said twice.
    setTimeout(() => { live.textContent = sentence; }, 60);
  }

  // Steppers. Counting in whole thousandths keeps 0.1 + 0.2 exact; the mark that was typed stays.
  function stepBy(box, sign) {
    const input = box.querySelector("input");
    const comma = input.value.includes(",");
    const thousandths = (text) => Math.round(Number(String(text || "0").replace(",", ".")) * 1000);
    const now = thousandths(input.value);
    if (Number.isNaN(now)) return input.focus();
    const step = thousandths(box.dataset.step || "1");
    let next = now + sign * step;
    if (box.dataset.min !== undefined) next = Math.max(next, thousandths(box.dataset.min));
    if (box.dataset.max) next = Math.min(next, thousandths(box.dataset.max));
    if (next === now) return;
    const text = String(next / 1000);
    input.value = comma || box.dataset.mark === "," ? text.replace(".", ",") : text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    say(`${box.getAttribute("aria-label")}: ${input.value} ${(box.querySelector(".step-unit") || {}).textContent || ""}`.trim());
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("button, a");
    if (!target) return;
    const box = target.classList.contains("step") && target.closest("[data-stepper]");
    if (box) {
      event.preventDefault();
      stepBy(box, target.name === "less" ? -1 : 1);
    } else if (target.dataset.copy) {
      copy(target.dataset.copy);
    } else if (target.dataset.share) {
      navigator.share({ url: target.dataset.share, title: target.dataset.shareTitle || document.title }).catch(() => {});
    } else if ("print" in target.dataset) {
      window.print();
    } else if (target.closest(".error-summary")) {
      const field = document.getElementById((target.getAttribute("href") || "").slice(1));
      if (field) { event.preventDefault(); field.focus(); field.scrollIntoView({ block: "center" }); }
    }
  });

  // Enter in a field presses the first button of its form: that must never be the − of a stepper.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (field.tagName !== "INPUT") return;
    const box = field.closest("[data-stepper]");
    if (box && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      stepBy(box, event.key === "ArrowUp" ? 1 : -1);
    } else if (event.key === "Enter" && field.form) {
      const buttons = [...field.form.elements].filter((one) => one.type === "submit");
      if (!buttons.length || !buttons[0].classList.contains("step")) return;
      event.preventDefault();
      const button = buttons.find((one) => !one.classList.contains("step"));
      if (button) field.form.requestSubmit(button);
      else field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  function copy(text) {
    const done = () => say(words.copied);
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text).then(done, () => say(words.failed));
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "sr-only";
    document.body.append(field);
    field.select();
    document.execCommand("copy") ? done() : say(words.failed);
    field.remove();
  }

  function prepare(part) {
    if (navigator.share) part.querySelectorAll("[data-share]").forEach((button) => { button.hidden = false; });
    const spoken = part.querySelector("[data-say]");
    if (spoken) say(spoken.dataset.say);
  }

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.dataset.autoSubmit !== undefined && field.form) field.form.requestSubmit();
    if (field.dataset.checkAll !== undefined) {
      document.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(field.dataset.checkAll)}"]`)
        .forEach((box) => { box.checked = field.checked; });
    }
  });

  // What was typed. Kept in this tab when the connection drops, filled in again when the same form comes back.
  const isPost = (form) => (form.getAttribute("method") || "").toLowerCase() === "post";
  const place = (form) => `look:${location.pathname}:${form.getAttribute("id") || form.getAttribute("action") || [...document.forms].indexOf(form)}`;
  const typed = (field) => field.name && !field.disabled && field.defaultValue !== undefined &&
    !["hidden", "password", "file", "submit", "button"].includes(field.type) && !field.closest("[data-stepper]");

  function keep(form) {
    const values = [];
    for (const field of form.elements) {
      if (field.tagName !== "SELECT" && !typed(field)) continue;
      if (!field.name) continue;
      if (field.type === "checkbox" || field.type === "radio") values.push([field.name, field.value, field.checked]);
      else values.push([field.name, field.value]);
    }
    if (values.length) try { sessionStorage.setItem(place(form), JSON.stringify(values)); } catch { /* no room: nothing to do */ }
  }

  const postForms = () => [...document.forms].filter((form) => isPost(form) && form.querySelector("textarea, select, input:not([type=hidden])"));
  const changed = (form) => [...form.elements].some((field) => typed(field) && (field.type === "checkbox" || field.type === "radio"
    ? field.checked !== field.defaultChecked : field.value !== field.defaultValue));

  function fillAgain() {
    let filled = false;
    for (const form of postForms()) {
      const kept = sessionStorage.getItem(place(form));
      if (!kept) continue;
      sessionStorage.removeItem(place(form));
      if (form.querySelector('[aria-invalid="true"]')) continue;
      for (const [name, value, checked] of JSON.parse(kept)) {
        for (const field of form.elements) {
          if (field.name !== name || field.type === "hidden") continue;
          if (checked !== undefined) { if (field.value === value) field.checked = checked; }
          else if (field.value !== value) { field.value = value; filled = true; }
        }
      }
    }
    if (!filled) return;
    document.querySelectorAll("[data-restored-bar]").forEach((bar) => { bar.hidden = false; });
    say(words.restored);
  }

  function forget() {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith("look:")) sessionStorage.removeItem(name);
  }

  // One press, one deed. Buttons keep focus and value; the back button finds them awake again.
  function release(form) {
    delete form.dataset.sent;
    form.querySelectorAll("[data-sending]").forEach((button) => { delete button.dataset.sending; button.removeAttribute("aria-disabled"); });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !isPost(form)) return;
    if (!navigator.onLine) {
      event.preventDefault();
      keep(form);
      showOffline(true);
      return say(words.offline);
    }
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    keep(form);
    const button = event.submitter;
    // An answer that is a file leaves the page standing: then the form wakes up by itself.
    setTimeout(() => release(form), 10000);
    // After the browser has read the form: a button that is put to sleep at once would not send its value.
    setTimeout(() => { if (button) { button.dataset.sending = ""; button.setAttribute("aria-disabled", "true"); } }, 0);
  });

  window.addEventListener("pageshow", (event) => {
    [...document.forms].forEach(release);
    if (event.persisted) return;
    const [entry] = performance.getEntriesByType("navigation");
    // A page reached by going back or by reloading may be the one whose sending failed; a fresh visit starts clean.
    if (entry && entry.type === "navigate" && !sessionStorage.getItem("look:lost")) forget();
    else fillAgain();
    sessionStorage.removeItem("look:lost");
  });

  function showOffline(is) {
    document.querySelectorAll("[data-offline-bar]").forEach((bar) => { bar.hidden = !is; });
  }
  window.addEventListener("offline", () => {
    showOffline(true);
    postForms().filter(changed).forEach(keep);
    try { sessionStorage.setItem("look:lost", "1"); } catch { /* no room */ }
    say(words.offline);
  });
  window.addEventListener("online", () => { showOffline(false); say(words.online); });
  if (!navigator.onLine) showOffline(true);

  window.addEventListener("beforeunload", (event) => {
    const waiting = [...document.querySelectorAll("form[data-confirm-leave]")].some((form) => !form.dataset.sent && changed(form));
    if (waiting) event.preventDefault();
  });

  // After a part of the page was replaced: focus moves to where the eye should go, one sentence is spoken.
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.elt || event.target;
    const goal = part.matches && part.matches("[data-focus], [autofocus]") ? part : part.querySelector && part.querySelector("[data-focus], [autofocus]");
    if (goal) {
      if (!goal.matches("a[href], button, input, select, textarea, [tabindex]")) goal.tabIndex = -1;
      goal.focus();
      // Once: a later answer that leaves this part standing must not move the focus again.
      goal.removeAttribute("data-focus");
    }
    prepare(part);
  });
  document.addEventListener("say", (event) => say((event.detail || {}).value));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest && event.target.closest("form");
    if (form) release(form);
    if (form && event.detail.successful) sessionStorage.removeItem(place(form));
  });
  document.addEventListener("htmx:sendError", (event) => {
    const form = event.target.closest && event.target.closest("form");
    if (form) keep(form);
    say(words.offline);
    showOffline(true);
  });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const trouble = document.querySelector("[data-passkey-trouble]");
    if (trouble) { trouble.hidden = false; trouble.focus(); }
    else say(words.failed);
  });
  document.addEventListener("htmx:responseError", () => say(words.failed));

  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
  prepare(document);
})();
