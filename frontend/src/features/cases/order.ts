/** A list with the entry at `index` moved by `by` places; unchanged where there is no such place. */
export function moved<T>(list: readonly T[], index: number, by: number): T[] {
  const next = [...list];
  const target = index + by;
  if (index < 0 || index >= list.length || target < 0 || target >= list.length) return next;
  const [entry] = next.splice(index, 1);
  next.splice(target, 0, entry as T);
  return next;
}
