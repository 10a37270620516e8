export const ROOT: string
export function installPacked(): { folder: string; remove(): void }
export function copyExample(folder: string, name: string): string
