import { RequestMethod, VERSION_NEUTRAL, type ExecutionContext, type Type } from '@nestjs/common';
import {
  HEADERS_METADATA,
  METHOD_METADATA,
  PARAMTYPES_METADATA,
  PATH_METADATA,
  ROUTE_ARGS_METADATA,
  VERSION_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { accessRulesOf, needsStepUp } from '../access/index.js';
import { failuresOf } from '../errors/index.js';
import { deprecationOf } from '../lifecycle/index.js';
import { isTagged } from '../preconditions/index.js';
import { returnsOf } from '../serialization/index.js';
import { throttleClassOf } from '../throttling/index.js';
import type { RouteDeclaration, RouteInput } from './route-declaration.js';

/**
 * The only file that reads Nest's internal metadata. When a version of Nest moves it, no route is found,
 * and the completeness check fails loudly.
 */
const SOURCES: ReadonlyMap<number, RouteInput['source']> = new Map([
  [RouteParamtypes.BODY, 'body'],
  [RouteParamtypes.QUERY, 'query'],
  [RouteParamtypes.RAW_BODY, 'body'],
  [RouteParamtypes.FILE, 'body'],
  [RouteParamtypes.FILES, 'body'],
  [RouteParamtypes.PARAM, 'param'],
  [RouteParamtypes.HEADERS, 'header'],
  [RouteParamtypes.REQUEST, 'raw-request'],
  [RouteParamtypes.RESPONSE, 'raw-response'],
  [RouteParamtypes.NEXT, 'raw-response'],
]);

/** One for each version and path that the handler answers to; none when the method is not a route. */
export function readRoutes(controller: Type, name: string, defaultVersion: string): RouteDeclaration[] {
  const handler: unknown = Reflect.get(prototypeOf(controller), name);
  if (typeof handler !== 'function') return [];
  const method: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
  if (typeof method !== 'number') return [];

  const verb = RequestMethod[method] ?? 'UNKNOWN';
  return addressesOf(controller, handler, defaultVersion).map(({ version, path }) => ({
    label: `${controller.name}.${name} (${verb} ${path})`,
    controller: controller.name,
    version,
    method: verb,
    path,
    access: accessRulesOf(handler),
    isStepUp: needsStepUp(handler),
    throttle: throttleClassOf(handler, verb),
    returns: returnsOf(handler),
    sends: headersOf(handler),
    inputs: inputsOf(controller, name),
    fails: failuresOf(handler),
    deprecation: deprecationOf(controller),
    isTagged: isTagged(handler),
  }));
}

/** Of `@Header`. */
function headersOf(handler: object): string[] {
  const declared: unknown = Reflect.getMetadata(HEADERS_METADATA, handler);
  return listOf(declared).flatMap((header) => (isRecord(header) ? [String(header['name'])] : []));
}

/** Nest takes one or a list for each of the three: none of them may hide a route from the rules. */
function addressesOf(controller: Type, handler: object, defaultVersion: string) {
  const versions = listOf(
    Reflect.getMetadata(VERSION_METADATA, handler) ??
      Reflect.getMetadata(VERSION_METADATA, controller) ??
      defaultVersion,
  ).map((version) => (version === VERSION_NEUTRAL ? undefined : String(version)));
  const prefixes = listOf(Reflect.getMetadata(PATH_METADATA, controller) ?? '');
  const suffixes = listOf(Reflect.getMetadata(PATH_METADATA, handler) ?? '');
  return versions.flatMap((version) =>
    prefixes.flatMap((prefix) =>
      suffixes.map((suffix) => ({
        version,
        path: joined([version === undefined ? '' : `v${version}`, String(prefix), String(suffix)]),
      })),
    ),
  );
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function joined(parts: readonly string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/')}`;
}

const inputsByHandler = new WeakMap<object, readonly RouteInput[]>();

/** What the handler at hand takes from the request. */
export function inputsAtHand(context: ExecutionContext): readonly RouteInput[] {
  const handler = context.getHandler();
  const known = inputsByHandler.get(handler);
  if (known !== undefined) return known;
  // What cannot be looked up must not pass for a route that takes nothing (fails closed).
  if (!Reflect.hasMetadata(METHOD_METADATA, handler)) throw new Error(`${handler.name} is no route`);
  const inputs = inputsOf(context.getClass(), handler.name);
  inputsByHandler.set(handler, inputs);
  return inputs;
}

function inputsOf(controller: Type, name: string): RouteInput[] {
  const declared: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name);
  const types: unknown = Reflect.getMetadata(PARAMTYPES_METADATA, prototypeOf(controller), name);
  return Object.entries(isRecord(declared) ? declared : {}).flatMap(([key, argument]) => {
    // Keys are `<kind>:<index>`; custom decorators have a name for a kind and are typed by us.
    const source = SOURCES.get(Number(key.split(':')[0]));
    if (source === undefined || !isRecord(argument)) return [];
    const index = Number(argument['index']);
    const type: unknown = Array.isArray(types) ? types[index] : undefined;
    const pipes = argument['pipes'];
    return [{ source, type, hasPipe: Array.isArray(pipes) && pipes.length > 0 }];
  });
}

export function prototypeOf(controller: Type): object {
  const prototype: unknown = Reflect.get(controller, 'prototype');
  return isRecord(prototype) ? prototype : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
