# Shared by Tests/run and Samples/run: what a machine needs before anything can be built. Sourced, never run.

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

say() { printf '\n==> %s\n' "$*"; }

require_swift() {
  command -v swift >/dev/null 2>&1 ||
    fail "no Swift toolchain found. Install Swift 6.2 or newer from https://www.swift.org/install and run this again."
}

have_sqlite_headers() {
  local compiler
  if [ "$(uname -s)" = Darwin ]; then return 0; fi # part of every SDK
  for compiler in clang cc gcc; do
    if command -v "$compiler" >/dev/null 2>&1; then
      printf '#include <sqlite3.h>\n' | "$compiler" -fsyntax-only -x c - >/dev/null 2>&1
      return
    fi
  done
  [ -e /usr/include/sqlite3.h ]
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    fail "installing libsqlite3-dev needs root. Run: apt-get install libsqlite3-dev"
  fi
}

install_sqlite_headers() {
  have_sqlite_headers && return 0
  if command -v apt-get >/dev/null 2>&1; then
    say "SQLite's headers are missing: installing libsqlite3-dev with apt-get"
    as_root apt-get update -qq || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libsqlite3-dev >/dev/null ||
      fail "apt-get could not install libsqlite3-dev. Install it by hand and run this again."
  elif command -v brew >/dev/null 2>&1; then
    say "SQLite's headers are missing: installing sqlite with brew"
    brew install sqlite || fail "brew could not install sqlite. Install it by hand and run this again."
  else
    fail "SQLite's headers are missing, and there is neither apt-get nor brew. Install libsqlite3-dev (Debian, Ubuntu)."
  fi
  have_sqlite_headers || fail "sqlite3.h is still missing after the installation of libsqlite3-dev."
}

set_up() {
  require_swift
  install_sqlite_headers
}

# Fails unless tests of both frameworks ran in the output of a `swift test`.
require_tests_ran() {
  local log=$1
  grep -Eq 'Executed [1-9][0-9]* tests?,' "$log" || fail "no XCTest ran: nothing was tested."
  grep -Eq 'Test run with [1-9][0-9]* tests?' "$log" || fail "no Swift Testing test ran: nothing was tested."
}
