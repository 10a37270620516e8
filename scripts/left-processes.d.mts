/** A process that outlives what it was started for. */
export interface LeftProcess {
  readonly pid: number
  readonly command: string
}

export const RUN_MARK: string
export function newMark(): string
export function leftProcesses(mark: string): LeftProcess[]
export function leftInTheEnd(mark: string): Promise<LeftProcess[]>
