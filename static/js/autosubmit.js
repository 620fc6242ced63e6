// data-autosubmit on a form of filters: choices at once, typed text after a short rest and never in
// the middle of a composition.

import { attach } from "dangban/attach";
import { isComposing } from "dangban/keys";

const REST = 300;

attach("[data-autosubmit]", (form) => {
  let timer = null;
  const submit = () => {
    clearTimeout(timer);
    form.requestSubmit();
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(submit, REST);
  };
  form.addEventListener("change", (event) => !isTyped(event.target) && submit());
  form.addEventListener("input", (event) => isTyped(event.target) && !isComposing(event) && soon());
  form.addEventListener("compositionend", soon);
  return () => clearTimeout(timer);
});

function isTyped(field) {
  return field.matches("textarea, input:not([type=checkbox], [type=radio], [type=date], [type=month], [type=file])");
}
