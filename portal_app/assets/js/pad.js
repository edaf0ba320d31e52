// A pad to draw a signature on. Strokes are kept in units of the drawing, so that they look the
// same at any size; the page hears of them when a stroke ends.
(() => {
  const NS = "http://www.w3.org/2000/svg";
  const at = (pad, e) => {
    const box = pad.getBoundingClientRect(), view = pad.viewBox.baseVal;
    const clamp = (v, most) => Math.max(0, Math.min(most, Math.round(v)));
    return [clamp(((e.clientX - box.left) / box.width) * view.width, view.width),
      clamp(((e.clientY - box.top) / box.height) * view.height, view.height)];
  };
  const path = (points) => `M${points[0].join(" ")}` + (points.slice(1).length ? points.slice(1) : points)
    .map((p) => `L${p.join(" ")}`).join("");
  let drawing = null;
  document.addEventListener("pointerdown", (e) => {
    const pad = e.target.closest?.("svg[data-lw-ink]");
    if (!pad || e.button) return;
    e.preventDefault();
    const line = document.createElementNS(NS, "path");
    pad.append(line);
    drawing = { pad, line, points: [at(pad, e)] };
    line.setAttribute("d", path(drawing.points));
  });
  document.addEventListener("pointermove", (e) => {
    if (!drawing) return;
    const next = at(drawing.pad, e), last = drawing.points.at(-1);
    if (Math.abs(next[0] - last[0]) + Math.abs(next[1] - last[1]) < 3) return;
    drawing.points.push(next);
    drawing.line.setAttribute("d", path(drawing.points));
  });
  const end = () => {
    if (!drawing) return;
    const { pad, points } = drawing;
    drawing = null;
    pad.lwStrokes = [...(pad.lwStrokes || []), points];
    pad.parentElement.dispatchEvent(new CustomEvent("lwstrokes", { detail: pad.lwStrokes }));
  };
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
  window.lw.clearPad = (id) => {
    const pad = document.querySelector(`#${id} svg[data-lw-ink]`);
    if (!pad) return;
    pad.replaceChildren();
    pad.lwStrokes = [];
  };
})();
