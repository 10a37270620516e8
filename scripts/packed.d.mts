export const ROOT: string
export function installPacked(more?: Record<string, string>): { folder: string; remove(): void }
export function copyExample(folder: string, name: string): string
