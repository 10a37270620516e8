/** The labels of the time axis. They never touch each other. */
import { lengthOf } from '../../lengths.js'
import { textWidth } from './labels.js'
import type { TimeAxis } from './time-axis.js'

/** In pixels: the line and gap before the text of a label, and the space between two labels. */
const TICK = 4
const ROOM = 8

/** What is needed to draw a lane. */
export interface Drawing {
  readonly axis: TimeAxis
  /** The time that the labels count from. */
  readonly begin: number
}

interface Label {
  readonly text: string
  readonly x: number
  /** Where the text ends. */
  readonly endX: number
}

/** Returns the axis as HTML. */
export function axisLine(drawing: Drawing): string {
  const labels = labelsOf(drawing).map(({ text, x }) => `<span style="left:${x}px">${text}</span>`)
  return `<div class="axis"><span class="name">not to scale</span><span class="track">${labels.join('')}</span></div>`
}

/** Returns the width of the drawing in pixels, including the label of the last time, which is at its end. */
export function drawnWidth(drawing: Drawing): number {
  return Math.ceil(Math.max(drawing.axis.endX, labelsOf(drawing).at(-1)?.endX ?? 0))
}

/** Labels the last time, and each time before it that leaves enough space. */
function labelsOf({ axis, begin }: Drawing): Label[] {
  const labels = axis.moments.map(([time, x]) => {
    const text = `+${lengthOf(time - begin)}`
    return { text, x, endX: x + TICK + textWidth(text) }
  })
  const last = labels.pop()
  if (last === undefined) return []
  let free = 0
  const shown = labels.filter(({ x, endX }) => {
    if (x < free || endX + ROOM > last.x) return false
    free = endX + ROOM
    return true
  })
  return [...shown, last]
}
