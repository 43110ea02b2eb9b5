# Shared by Tests/run and Samples/run: what a machine needs before anything can be built. Sourced, never run.
# shellcheck shell=bash

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

say() { printf '\n==> %s\n' "$*"; }

# Prints the comment at the top of a script, which is its help.
print_help() { awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$1"; }

require_swift() {
  local version
  local advice="Install Swift 6.2 or newer from https://www.swift.org/install and run this again."
  command -v swift >/dev/null 2>&1 || fail "no Swift toolchain found. $advice"
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p') || version=""
  version=${version%%$'\n'*}
  [ -n "$version" ] || fail "'swift --version' does not work: the Swift toolchain is incomplete. $advice"
  if [ "${version%%.*}" -lt 6 ] || { [ "${version%%.*}" -eq 6 ] && [ "${version#*.}" -lt 2 ]; }; then
    fail "Swift $version is too old. $advice"
  fi
}

# The compiler is asked first, because it knows where it looks.
have_sqlite_headers() {
  local compiler
  for compiler in clang cc gcc; do
    if printf '#include <sqlite3.h>\n' | "$compiler" -fsyntax-only -x c - >/dev/null 2>&1; then return 0; fi
  done
  [ -e /usr/include/sqlite3.h ]
}

# Installs valgrind where it is missing.
require_valgrind() {
  command -v valgrind >/dev/null 2>&1 && return 0
  command -v apt-get >/dev/null 2>&1 || fail "valgrind is missing. Install it and run this again."
  say "valgrind is missing: installing it with apt-get"
  as_root apt-get update -qq || printf 'warning: apt-get update failed; trying with the lists that are here\n' >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq valgrind binutils ||
    fail "apt-get could not install valgrind. Install it by hand and run this again."
}

# Installs PostgreSQL's server, psql, pgbench, libpq and openssl where they are missing; no cluster is made or started.
require_postgresql() {
  local configuration=/etc/postgresql-common/createcluster.conf
  if command -v openssl >/dev/null 2>&1; then
    if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && [ -e /usr/include/postgresql/libpq-fe.h ]; then return 0; fi
    if command -v initdb >/dev/null 2>&1 && command -v pg_config >/dev/null 2>&1; then return 0; fi
  fi
  command -v apt-get >/dev/null 2>&1 || fail "PostgreSQL is missing. Install its server and libpq's headers and run this again."
  say "PostgreSQL or openssl is missing: installing postgresql, libpq-dev and openssl with apt-get"
  if [ ! -e "$configuration" ]; then
    as_root mkdir -p "${configuration%/*}"
    printf 'create_main_cluster = false\n' | as_root tee "$configuration" >/dev/null
  fi
  as_root apt-get update -qq || printf 'warning: apt-get update failed; trying with the lists that are here\n' >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Options::=--force-confold postgresql libpq-dev openssl ||
    fail "apt-get could not install postgresql, libpq-dev and openssl. Install them by hand and run this again."
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    fail "a package is missing, and installing it needs root. As root: apt-get install libsqlite3-dev valgrind"
  fi
}

install_with_apt() {
  say "SQLite's headers are missing: installing libsqlite3-dev with apt-get"
  as_root apt-get update -qq || printf 'warning: apt-get update failed; trying with the lists that are here\n' >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libsqlite3-dev ||
    fail "apt-get could not install libsqlite3-dev. Install it by hand and run this again."
  have_sqlite_headers || fail "sqlite3.h is still missing after apt-get has installed libsqlite3-dev."
}

install_with_brew() {
  local prefix
  say "SQLite's headers are missing: installing sqlite with brew"
  brew install sqlite || fail "brew could not install sqlite. Install it by hand and run this again."
  # Homebrew keeps it apart from the system's, where no compiler looks by itself.
  prefix=$(brew --prefix sqlite) || fail "brew does not tell where it has installed sqlite."
  export CPATH="$prefix/include${CPATH:+:$CPATH}" LIBRARY_PATH="$prefix/lib${LIBRARY_PATH:+:$LIBRARY_PATH}"
  have_sqlite_headers || fail "sqlite3.h is still missing after brew has installed sqlite."
}

set_up() {
  require_swift
  if have_sqlite_headers; then
    return 0
  elif command -v apt-get >/dev/null 2>&1; then
    install_with_apt
  elif command -v brew >/dev/null 2>&1; then
    install_with_brew
  else
    fail "SQLite's headers are missing, and there is neither apt-get nor brew to install them." \
      "Install your system's SQLite development package (libsqlite3-dev, sqlite-devel) and run this again."
  fi
}

# How many tests of a framework ran, from the output of `swift test`. $1: the file.
xctest_count() { awk '/Executed [0-9]+ tests?, / { if ($2 > n) n = $2 } END { print n + 0 }' "$1"; }
swift_testing_count() {
  awk '/ Test run with [0-9]+ tests? / { sub(/^.* Test run with /, ""); n += $1 } END { print n + 0 }' "$1"
}

# Fails when a step ran no test. $1: its output; $2: `both` when each framework must have run one, else `any`.
require_tests_ran() {
  local xctest swift_testing
  xctest=$(xctest_count "$1")
  swift_testing=$(swift_testing_count "$1")
  [ $((xctest + swift_testing)) -gt 0 ] || fail "no test ran: nothing was tested."
  if [ "$2" = both ]; then
    [ "$xctest" -gt 0 ] || fail "no XCTest test ran, only Swift Testing tests: half of the tests are missing."
    [ "$swift_testing" -gt 0 ] || fail "no Swift Testing test ran, only XCTest tests: half of the tests are missing."
  fi
}
