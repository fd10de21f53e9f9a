/* Starts what a page has: components of the library, then our own small manners. Every page works without. */
import { initAll } from "./govuk-frontend.js";
import { choosing } from "./choosing.js";
import { copying } from "./copying.js";
import { idling } from "./idle.js";
import { passkeys } from "./passkeys.js";
import { printing } from "./printing.js";
import { suggesting } from "./suggesting.js";
import { uploading } from "./uploading.js";

initAll();
choosing(document);
copying(document);
printing(document);
passkeys(document);
idling(document);
suggesting(document);
uploading(document);
