// Everything the frame of a page needs; a page's own behaviour comes in its own module.

import "dangban/alarm";
import "dangban/autosubmit";
import "dangban/bulk";
import "dangban/clock";
import "dangban/composer";
import "dangban/copy";
import "dangban/dialog";
import "dangban/errors";
import "dangban/fragment";
import "dangban/keys";
import "dangban/live";
import "dangban/palette";
import "dangban/panes";
import "dangban/popover";
import "dangban/presence";
import "dangban/scroll";
import "dangban/sheet";
import "dangban/table";
import "dangban/tabs";
import "dangban/theme";
import "dangban/toast";
import "dangban/upload";
