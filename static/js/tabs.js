// Tabs, the rail's rooms, or the days of a wide table that need more room than they have: the one that one is on is in sight.

import { attach } from "dangban/attach";

attach(".tabs, .rail, [data-current]", (row) => {
  const current = row.querySelector("[aria-current='page'], [aria-current='true'], [aria-selected='true'], [aria-current='date']");
  if (!current) return;
  const place = row.getBoundingClientRect();
  const one = current.getBoundingClientRect();
  // Only the row moves, never the page; neighbours on both sides show that there is more.
  if (one.left < place.left || one.right > place.right) row.scrollLeft += one.left - place.left - (place.width - one.width) / 2;
  if (one.top < place.top || one.bottom > place.bottom) row.scrollTop += one.top - place.top - (place.height - one.height) / 2;
});
