// A button that opens the browser's own printing.

import { attach } from "dangban/attach";

attach("[data-print]", (button) => button.addEventListener("click", () => window.print()));
