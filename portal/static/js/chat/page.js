// The chat page: each part looks for its own place in the page.

import "./dialogs.js";
import "./conversation.js";
import "./sidebar.js";
import "./search.js";
import "./settings.js";
import "./prompts.js";
import "./temporary.js";
import "./help.js";
