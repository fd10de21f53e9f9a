/* A signature drawn with finger, pen or mouse; without this script it is given on paper and scanned. */
const WIDTH = 3;

export function signing(root) {
  const part = root.querySelector("[data-sign]");
  if (!part) return;
  const pad = part.querySelector("canvas");
  const field = part.querySelector("input[name=drawn]");
  const pen = pad.getContext("2d");
  let drawing = false;
  part.hidden = false;
  pen.lineWidth = WIDTH;
  pen.lineCap = "round";
  pen.lineJoin = "round";

  function at(event) {
    const shown = pad.getBoundingClientRect();
    return [(event.clientX - shown.left) * (pad.width / shown.width), (event.clientY - shown.top) * (pad.height / shown.height)];
  }

  pad.addEventListener("pointerdown", (event) => {
    drawing = true;
    pad.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  pad.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  pad.addEventListener("pointerup", () => {
    if (!drawing) return;
    drawing = false;
    field.value = pad.toDataURL("image/png");
    root.getElementById("consent").checked = true;
  });
  part.querySelector("[data-sign-clear]").addEventListener("click", () => {
    pen.clearRect(0, 0, pad.width, pad.height);
    field.value = "";
  });
}
