/**
 * Decides who may use the control plane: programs on this machine. A web page must not, wherever it comes from, and neither may a name that
 * an attacker points at this machine (DNS rebinding).
 */
import { QueratorError } from '../errors.js'
import type { WireRequest } from '../protocol/exchange.js'

const LOOPBACK_PEER = /^(?:::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/
const LOOPBACK_HOST = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/i
/** `Sec-Fetch-Site` of requests that no other site makes. */
const OWN_SITE = ['same-origin', 'none']

/** @throws 403 if the request may come from another machine or from a web page. `host` is the name that was allowed beside loopback ones. */
export function guard({ peer, headers }: WireRequest, host: string | undefined): void {
  const { origin, host: hostHeader = '', 'sec-fetch-site': site } = headers
  if (peer !== undefined && host === undefined && !LOOPBACK_PEER.test(peer)) {
    throw forbidden(
      `the control plane answers only this machine; the request came from ${peer}`,
      'on this machine, use localhost; to open it to other machines, start the daemon with --test-control-host and the name by which they reach it',
    )
  }
  // A client in this process has no name to be tricked with.
  if (peer !== undefined && !isAllowedHost(hostHeader, host)) {
    throw forbidden(
      `the control plane does not answer for the host '${hostHeader.slice(0, 100)}'`,
      `use localhost, 127.0.0.1 or [::1]${host === undefined ? ', or start the daemon with --test-control-host' : ` or ${host}`}`,
    )
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${hostHeader.toLowerCase()}`) {
    throw forbidden(
      `the control plane does not answer web pages; the request has the Origin '${origin.slice(0, 100)}'`,
      'let your test call it, not the page under test',
    )
  }
  if (site !== undefined && !OWN_SITE.includes(site)) {
    throw forbidden(
      `the control plane does not answer web pages; the request has Sec-Fetch-Site '${site.slice(0, 100)}'`,
      'let your test call it, not the page under test',
    )
  }
}

function isAllowedHost(header: string, host: string | undefined): boolean {
  const name = header.replace(/:\d*$/, '')
  return LOOPBACK_HOST.test(name) || (host !== undefined && name.toLowerCase() === host.toLowerCase())
}

function forbidden(message: string, todo: string): QueratorError {
  return new QueratorError(403, `${message}; ${todo}`)
}
