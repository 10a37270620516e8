/** Selects the encoding for a header (docs/protocol/admin.md §1.2). Only the first media type counts, without its parameters. */

/** The encodings of requests and responses. */
export type Encoding = 'json' | 'protobuf'

/** The media type of each encoding. */
export const MEDIA_TYPE: Record<Encoding, string> = {
  json: 'application/json',
  protobuf: 'application/protobuf',
}

/** Returns the encoding of `Content-Type` or `Accept`. JSON if it is absent or a wildcard, `undefined` if it is unknown. */
export function encodingOf(header: string | undefined): Encoding | undefined {
  if (header === MEDIA_TYPE.protobuf) return 'protobuf'
  switch (
    firstOf(header ?? '')
      .trim()
      .toLowerCase()
  ) {
    case '':
    case '*/*':
    case 'application/*':
    case MEDIA_TYPE.json:
      return 'json'
    case MEDIA_TYPE.protobuf:
      return 'protobuf'
    default:
      return undefined
  }
}

/** Returns the part before the first `;` or `,`, unchanged. */
export function firstOf(header: string): string {
  return /^[^;,]*/.exec(header)?.[0] ?? ''
}
