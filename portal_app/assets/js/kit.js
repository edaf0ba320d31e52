// Behaviour of menus, sheets, dialogs, tabs, file buttons and live words. It listens on the
// document, so it also works on the copy of the page that is shown before the app has started.
(() => {
  const $ = (id) => document.getElementById(id);
  const menuItems = (menu) => [...menu.querySelectorAll("[role^=menuitem],a[href]")].filter((i) => i.offsetParent);
  const narrow = () => matchMedia("(max-width: 860px)").matches;

  // --- menus and sheets: <button popovertarget> and [popover] ---------------------------------
  document.addEventListener("toggle", (e) => {
    const box = e.target;
    if (!box.matches?.(".lw-menu[popover]")) return;
    const open = e.newState === "open";
    const button = document.querySelector(`[popovertarget="${box.id}"]`);
    button?.setAttribute("aria-expanded", String(open));
    if (!open) return;
    const at = button?.getBoundingClientRect();
    if (at && !narrow()) {
      const up = at.bottom + box.offsetHeight + 16 > innerHeight && at.top > innerHeight / 2;
      box.style.left = Math.max(12, Math.min(at.left, innerWidth - box.offsetWidth - 12)) + "px";
      box.style.top = (up ? at.top - box.offsetHeight - 8 : at.bottom + 8) + "px";
    } else box.style.left = box.style.top = "";
    (box.querySelector("[aria-checked=true]") || menuItems(box)[0])?.focus();
  }, true);

  document.addEventListener("keydown", (e) => {
    const button = e.target.closest?.("[popovertarget][aria-haspopup=menu]");
    if (button && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
      e.preventDefault();
      $(button.getAttribute("popovertarget"))?.showPopover();
      return;
    }
    const menu = e.target.closest?.(".lw-menu");
    if (menu?.matches(":popover-open")) {
      const items = menuItems(menu);
      const now = items.indexOf(document.activeElement);
      const to = { ArrowDown: (now + 1) % items.length, ArrowUp: (now - 1 + items.length) % items.length,
        Home: 0, End: items.length - 1 }[e.key];
      if (to !== undefined) { e.preventDefault(); items[to]?.focus(); }
      else if (e.key === " " && document.activeElement?.matches("a")) { e.preventDefault(); document.activeElement.click(); }
      else if (e.key === "Tab" && menu.matches("[role=menu]")) menu.hidePopover();
      else if (menu.matches("[role=menu]") && e.key.length === 1 && !e.ctrlKey && !e.metaKey) {
        const hit = [...items.slice(now + 1), ...items.slice(0, now + 1)]
          .find((i) => i.textContent.trim().toLowerCase().startsWith(e.key.toLowerCase()));
        hit?.focus();
      }
      return;
    }
    const tab = e.target.closest?.("[role=tab]");
    if (tab) {
      const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
      const now = tabs.indexOf(tab);
      const to = { ArrowRight: (now + 1) % tabs.length, ArrowLeft: (now - 1 + tabs.length) % tabs.length,
        Home: 0, End: tabs.length - 1 }[e.key];
      if (to !== undefined) { e.preventDefault(); tabs[to].focus(); tabs[to].click(); }
      else if (e.key === " " && tab.matches("a")) { e.preventDefault(); tab.click(); }
    }
  });

  // --- clicks: dialogs, file buttons, menus that close ----------------------------------------
  document.addEventListener("click", (e) => {
    const t = e.target.closest?.("[data-lw-open],[data-lw-close],[data-lw-pick],[data-lw-copy],[data-lw-print],[data-lw-reveal],.lw-menu [role^=menuitem],.lw-menu a[href]");
    if (!t) return;
    if (t.dataset.lwOpen) $(t.dataset.lwOpen)?.showModal?.();
    if ("lwClose" in t.dataset) t.closest("dialog")?.close();
    if ("lwPrint" in t.dataset) window.print();
    if (t.dataset.lwCopy) navigator.clipboard?.writeText($(t.dataset.lwCopy).textContent);
    if (t.dataset.lwReveal) {
      const field = $(t.dataset.lwReveal);
      const hidden = field.type === "password";
      field.type = hidden ? "text" : "password";
      t.firstElementChild.textContent = hidden ? "Hide" : "Show";
    }
    if (t.dataset.lwPick) $(t.dataset.lwPick)?.click();
    t.closest(".lw-menu:popover-open")?.hidePopover();
  });
  document.addEventListener("mousedown", (e) => {
    const box = e.target;
    if (box.matches?.("dialog[open]:not([data-lw-keep])")) {
      const at = box.getBoundingClientRect();
      if (e.clientX < at.left || e.clientX > at.right || e.clientY < at.top || e.clientY > at.bottom) box.close();
    }
  });

  // --- sending by the keyboard ------------------------------------------------------------------
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return;
    e.target.closest?.("[data-lw-submit]")?.querySelector("[data-lw-go]")?.click();
  });

  // --- files: each chosen file is posted on its own; the page hears how it goes -------------------
  const post = (address, form, bar) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = (e) => { if (bar && e.lengthComputable) bar.value = Math.round((e.loaded / e.total) * 100); };
    request.onloadend = () => { if (bar) bar.hidden = true; request.status ? resolve(request) : reject(request); };
    if (bar) { bar.value = 0; bar.hidden = false; }
    request.open("POST", address);
    request.send(form);
  });
  document.addEventListener("change", async (e) => {
    const input = e.target;
    if (!input.matches?.("input[type=file][data-lw-upload]")) return;
    const files = [...input.files];
    input.value = "";
    const tell = (detail) => input.dispatchEvent(new CustomEvent("lwfile", { detail }));
    const most = +input.dataset.lwMost || Infinity;
    for (const file of files) {
      if (file.size > most) { tell({ state: "too_big", name: file.name, status: 0 }); continue; }
      tell({ state: "started", name: file.name, status: 0 });
      const form = new FormData();
      form.append("file", file);
      try {
        const answer = await post((window.path_prefix || "") + input.dataset.lwUpload, form, $(input.dataset.lwProgress));
        const fine = answer.status >= 200 && answer.status < 300;
        let said = {};
        try { said = JSON.parse(answer.responseText); } catch { /* an answer without words */ }
        tell({ state: fine ? "sent" : "failed", name: file.name, status: answer.status, reason: fine ? "" : said.message });
      } catch { tell({ state: "failed", name: file.name, status: 0 }); }
    }
  });

  // --- "seen" counts only when it is on screen in a window that has the focus ---------------------
  const seen = () => {
    if (document.visibilityState !== "visible" || !document.hasFocus()) return;
    for (const mark of document.querySelectorAll("#app [data-lw-seen=wait]")) {
      mark.dataset.lwSeen = "said";
      mark.dispatchEvent(new CustomEvent("lwseen"));
    }
  };
  for (const name of ["focus", "visibilitychange", "pointerdown", "keydown"]) addEventListener(name, seen, true);
  new MutationObserver(seen).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-lw-seen"] });

  // --- a moment of the practice, on the reader's own clock where that differs -----------------------
  const offset = (at, zone) => new Intl.DateTimeFormat("en-US", { timeZone: zone, year: "numeric", month: "2-digit",
    day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
  const own = () => {
    for (const mark of document.querySelectorAll("[data-lw-own]:empty")) {
      const at = new Date(mark.getAttribute("datetime"));
      if (offset(at, mark.dataset.lwZone) === offset(at)) { mark.removeAttribute("data-lw-own"); continue; }
      const said = { weekday: "short", hour: "numeric", minute: "2-digit" };
      mark.textContent = `${new Intl.DateTimeFormat("en-US", said).format(at)} your time`;
    }
  };
  new MutationObserver(own).observe(document.documentElement, { subtree: true, childList: true });

  // --- what is typed outlives a reload: the tab holds it from one page to the next ----------------
  const brought = JSON.parse(sessionStorage.getItem("lw-carried"));
  sessionStorage.removeItem("lw-carried");
  document.addEventListener("input", (e) => {
    const box = e.target.closest?.("#app [data-lw-carry]");
    if (box) box.lwWritten = true;
  });
  addEventListener("pagehide", () => {
    // a page whose session has ended is hidden, and what stands in it stays behind
    const box = [...document.querySelectorAll("#app [data-lw-carry]")].find((b) => b.lwWritten && b.offsetParent);
    if (!box) return;
    const texts = [...box.querySelectorAll("textarea,select,input:not([type=file])")].map((f) => f.value);
    sessionStorage.setItem("lw-carried", JSON.stringify({ path: location.pathname, key: box.dataset.lwCarry, texts }));
  });
  if (brought?.path === location.pathname)
    new MutationObserver((_, observer) => {
      const box = document.querySelector("#app [data-lw-carry]");
      if (!box) return;
      observer.disconnect();
      box.lwWritten = true;
      box.dispatchEvent(new CustomEvent("lwcarried", { detail: brought }));
    }).observe(document.documentElement, { subtree: true, childList: true });

  // --- textareas grow where the browser does not do it itself -------------------------------------
  if (!CSS.supports("field-sizing", "content"))
    document.addEventListener("input", (e) => {
      if (!e.target.matches?.("textarea")) return;
      e.target.style.height = "auto";
      e.target.style.height = e.target.scrollHeight + 2 + "px";
    });

  // --- what the server asks for by name -----------------------------------------------------------
  window.lw = {
    // sets a field's value; `old` not null: only if the field still holds it
    setValue(id, value, old, epoch) {
      const field = $(id);
      if (!field) return;
      field.lwEpoch = epoch;
      if (old !== null && field.value !== old) return field.dispatchEvent(new Event("input"));
      field.value = value;
      if (!CSS.supports("field-sizing", "content") && field.matches("textarea")) field.style.height = "auto";
    },
    setChecked(id, on) { const box = $(id); if (box) box.checked = on; },
    open(id) { const box = $(id); if (box && !box.open) box.showModal(); },
    close(id) { $(id)?.close?.(); },
    focus(id) { const el = $(id); el?.focus({ preventScroll: true }); el?.scrollIntoView({ block: "nearest" }); },
    // a phone scrolls the page, a wide screen scrolls the pane
    toEnd(id) {
      const box = $(id);
      if (!box) return;
      if (narrow()) scrollTo(0, document.documentElement.scrollHeight);
      else box.scrollTop = box.scrollHeight;
    },
    // new markup in an element of radios: what is chosen and what has the focus stay so
    patch(id, html) {
      const box = $(id);
      if (!box) return;
      const chosen = box.querySelector(":checked")?.value;
      const at = box.contains(document.activeElement) ? document.activeElement.value : null;
      box.innerHTML = html;
      for (const radio of box.querySelectorAll("input")) {
        if (radio.value === chosen) radio.checked = true;
        if (radio.value === at) radio.focus({ preventScroll: true });
      }
    },
    uncheck(id) { for (const radio of $(id)?.querySelectorAll(":checked") || []) radio.checked = false; },
    download(href) { const a = document.createElement("a"); a.href = href; a.download = ""; a.click(); },
    address(path) { history.replaceState(history.state, "", path); },
  };

  document.addEventListener("submit", () => { window.lw.leaving = true; });

  // --- a lost connection is said aloud ------------------------------------------------------------
  addEventListener("DOMContentLoaded", () => {
    const popup = $("popup");
    if (!popup) return;
    const aloud = document.createElement("div");
    aloud.className = "lw-sr";
    aloud.setAttribute("role", "status");
    popup.after(aloud);
    new MutationObserver(() => {
      const lost = popup.getAttribute("aria-hidden") === "false";
      aloud.textContent = lost ? "Connection lost. Trying again. Your text is safe." : "";
    }).observe(popup, { attributes: true, attributeFilter: ["aria-hidden"] });
  });
})();
