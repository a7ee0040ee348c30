/** Format a share from 0 to 1 as a percentage. */
export function formatPercent(share, decimals = 1) {
  return `${(100 * share).toFixed(decimals)}%`;
}

/** Format a confidence. It never reads 100% or 0%, because no reader is certain. */
export function formatConfidence(share) {
  if (share > 0.9995) return "over 99.9%";
  if (share < 0.001) return "under 0.1%";
  return formatPercent(share);
}

/** Format a confidence in as few characters as possible. */
export function formatShortConfidence(share) {
  return share > 0.995 ? ">99%" : formatPercent(share, 0);
}
