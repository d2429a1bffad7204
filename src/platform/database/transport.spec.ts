import { describe, expect, it } from 'vitest';
import { isPrivateTransport } from './transport.js';

describe('A2.2 the way to the database', () => {
  it.each([
    'postgres://db.internal/rampart?sslmode=verify-full',
    'postgres://db.internal:6432/rampart?sslrootcert=%2Fetc%2Fca.pem&sslmode=verify-full',
    'postgresql://127.0.0.1:5432/rampart',
    'postgres://localhost/rampart?sslmode=disable',
    'postgres://[::1]/rampart',
    'postgres:///rampart?host=%2Fvar%2Frun%2Fpostgresql',
  ])('is private: %s', (url) => expect(isPrivateTransport(url)).toBe(true));

  it.each([
    'postgres://db.internal/rampart',
    'postgres://db.internal/rampart?sslmode=disable',
    'postgres://db.internal/rampart?sslmode=prefer',
    'postgres://db.internal/rampart?sslmode=require',
    'postgres://db.internal/rampart?sslmode=verify-ca',
    'postgres://db.internal/rampart?sslmode=no-verify',
    'postgres://db.internal/rampart?SSLMODE=verify-full',
    'postgres://db.internal/rampart?sslmode=verify-full&sslmode=disable',
    'postgres://db.internal/rampart?sslmode=verify-full&ssl=0',
    'postgres://db.internal/rampart?ssl=true',
    'postgres://127.0.0.1/rampart?host=db.internal',
    'postgres://db.internal/rampart?host=localhost&host=db.internal',
    'postgres://127.0.0.1.example/rampart',
    'postgres://localhost.example/rampart',
    'postgres:///rampart',
    'postgres:///rampart?sslmode=verify-full',
    'db.internal/rampart?sslmode=verify-full',
    '',
  ])('is not: %s', (url) => expect(isPrivateTransport(url)).toBe(false));
});
