/**
 * A count as messages show it. The server counts in 64 bits and returns the lower 32 of them, so that the one after
 * 2,147,483,647 is -2,147,483,648; an import can bring an item that far.
 */
export function int32Of(count: number): number {
  return count | 0
}
