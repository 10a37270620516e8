/**
 * Returns a count as messages contain it. The server counts in 64 bits and returns the lower 32, so 2,147,483,647 is followed by
 * -2,147,483,648. An import can bring an item that far.
 */
export function int32Of(count: number): number {
  return count | 0
}
