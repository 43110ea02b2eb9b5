// Reads one row of .eh_frame (Linux Standard Base, "DWARF Extensions"; DWARF 5, 6.4): how the frame of one return address is left.
// Any thread may ask at any time; the loader may take its lock.

#include "Private.h"

#if DCS_LEARNS

#include <string.h>

// Of libgcc and of LLVM's libunwind, without a header.
struct dwarf_eh_bases {
  void *text, *data, *function;
};
extern const void *_Unwind_Find_FDE(void *address, struct dwarf_eh_bases *bases) __attribute__((weak));

enum { RBP = 6, RSP = 7, RETURN = 16 };

typedef enum { SAME, SAVED, UNDEFINED, OTHER } register_rule;

/// What a row says of the registers that matter.
typedef struct {
  uint64_t cfa_register;
  int64_t cfa_offset;
  bool cfa_is_computed;
  register_rule rbp, ra;
  int64_t rbp_offset, ra_offset;
} row;

// Bytes of a table that are read one after the other; behind the end zeros are read, and it is broken.
typedef struct {
  const uint8_t *at, *end;
  bool is_broken;
} reader;

static uint64_t number(reader *r, size_t size) {
  uint64_t value = 0;
  if ((size_t)(r->end - r->at) < size) {
    r->is_broken = true;
    r->at = r->end;
    return 0;
  }
  memcpy(&value, r->at, size);
  r->at += size;
  return value;
}

static uint64_t uleb(reader *r) {
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    uint64_t byte = number(r, 1);
    if (shift < 64) value |= (byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
}

static int64_t sleb(reader *r) {
  uint64_t value = 0;
  for (unsigned shift = 0;;) {
    uint64_t byte = number(r, 1);
    if (shift < 64) value |= (byte & 0x7F) << shift;
    shift += 7;
    if (byte < 0x80) {
      if ((byte & 0x40) && shift < 64) value |= ~(uint64_t)0 << shift;
      return (int64_t)value;
    }
  }
}

static void skip(reader *r, uint64_t count) {
  if (count > (uint64_t)(r->end - r->at)) {
    r->is_broken = true;
    r->at = r->end;
  } else {
    r->at += count;
  }
}

/// Bytes of an encoded pointer; 0: an encoding that is not read here.
static size_t pointer_size(uint8_t encoding) {
  switch (encoding & 0x0F) {
    case 0x00: case 0x04: case 0x0C: return 8;
    case 0x02: case 0x0A: return 2;
    case 0x03: case 0x0B: return 4;
    default: return 0;
  }
}

/// What the functions of one entry have in common (DWARF's CIE).
typedef struct {
  uint64_t code_alignment;  // what advances and offsets are counted in
  int64_t data_alignment;
  uint8_t encoding;  // of pointers
  bool has_augmentation;
  bool is_signal;  // of a handler, whose caller was interrupted anywhere
  reader instructions;
} common;

// False: it is not one that is read here.
static bool read_common(const uint8_t *cie, common *c) {
  reader r = {cie, cie + 4, false};
  uint64_t length = number(&r, 4);
  if (length == 0 || length >= 0xFFFFFFF0) return false;
  r.end = cie + 4 + length;
  skip(&r, 4);
  uint64_t version = number(&r, 1);
  if (version != 1 && version != 3) return false;
  const char *augmentation = (const char *)r.at;
  const uint8_t *zero = memchr(r.at, 0, (size_t)(r.end - r.at));
  if (!zero) return false;
  r.at = zero + 1;
  *c = (common){.encoding = 0};
  c->code_alignment = uleb(&r);
  c->data_alignment = sleb(&r);
  uint64_t return_register = version == 1 ? number(&r, 1) : uleb(&r);
  if (return_register != RETURN) return false;
  if (*augmentation == 'z') {
    c->has_augmentation = true;
    uint64_t size = uleb(&r);
    const uint8_t *behind = r.at + size;
    if (size > (uint64_t)(r.end - r.at)) return false;
    for (const char *letter = augmentation + 1; *letter; letter++) {
      if (*letter == 'R') {
        c->encoding = (uint8_t)number(&r, 1);
      } else if (*letter == 'L') {
        skip(&r, 1);
      } else if (*letter == 'P') {
        size_t pointer = pointer_size((uint8_t)number(&r, 1));
        if (pointer == 0) return false;
        skip(&r, pointer);
      } else if (*letter == 'S') {
        c->is_signal = true;
      } else {
        return false;
      }
    }
    r.at = behind;
  } else if (*augmentation) {
    return false;
  }
  c->instructions = r;
  return !r.is_broken;
}

static void set(row *w, uint64_t which, register_rule rule, int64_t offset) {
  if (which == RBP) {
    w->rbp = rule;
    w->rbp_offset = offset;
  } else if (which == RETURN) {
    w->ra = rule;
    w->ra_offset = offset;
  }
}

static void restore(row *w, const row *initial, uint64_t which) {
  if (which == RBP) set(w, which, initial->rbp, initial->rbp_offset);
  if (which == RETURN) set(w, which, initial->ra, initial->ra_offset);
}

/// Runs instructions up to the row of `target`; false: one that is not read here.
static bool run(reader r, const common *c, const row *initial, row *w, uintptr_t location, uintptr_t target) {
  enum { DEPTH = 8 };
  row remembered[DEPTH];
  int depth = 0;
  while (r.at < r.end) {
    uint8_t byte = (uint8_t)number(&r, 1);
    uint64_t low = byte & 0x3F, which;
    switch (byte >> 6) {
      case 1:
        location += low * c->code_alignment;
        if (location > target) return true;
        continue;
      case 2: set(w, low, SAVED, (int64_t)uleb(&r) * c->data_alignment); continue;
      case 3: restore(w, initial, low); continue;
      default: break;
    }
    switch (byte) {
      case 0x00: break;
      case 0x02: case 0x03: case 0x04:
        location += number(&r, (size_t)1 << (byte - 2)) * c->code_alignment;
        if (location > target) return !r.is_broken;
        break;
      case 0x05: which = uleb(&r); set(w, which, SAVED, (int64_t)uleb(&r) * c->data_alignment); break;
      case 0x06: restore(w, initial, uleb(&r)); break;
      case 0x07: set(w, uleb(&r), UNDEFINED, 0); break;
      case 0x08: set(w, uleb(&r), SAME, 0); break;
      case 0x09: which = uleb(&r); uleb(&r); set(w, which, OTHER, 0); break;
      case 0x0A:
        if (depth == DEPTH) return false;
        remembered[depth++] = *w;
        break;
      case 0x0B:
        if (depth == 0) return false;
        *w = remembered[--depth];
        break;
      case 0x0C: w->cfa_register = uleb(&r); w->cfa_offset = (int64_t)uleb(&r); w->cfa_is_computed = false; break;
      case 0x0D: w->cfa_register = uleb(&r); w->cfa_is_computed = false; break;
      case 0x0E: w->cfa_offset = (int64_t)uleb(&r); break;
      case 0x0F: skip(&r, uleb(&r)); w->cfa_is_computed = true; break;
      case 0x10: case 0x16: which = uleb(&r); skip(&r, uleb(&r)); set(w, which, OTHER, 0); break;
      case 0x11: which = uleb(&r); set(w, which, SAVED, sleb(&r) * c->data_alignment); break;
      case 0x12:
        w->cfa_register = uleb(&r);
        w->cfa_offset = sleb(&r) * c->data_alignment;
        w->cfa_is_computed = false;
        break;
      case 0x13: w->cfa_offset = sleb(&r) * c->data_alignment; break;
      case 0x14: which = uleb(&r); uleb(&r); set(w, which, OTHER, 0); break;
      case 0x15: which = uleb(&r); sleb(&r); set(w, which, OTHER, 0); break;
      case 0x2E: uleb(&r); break;  // DW_CFA_GNU_args_size
      default: return false;
    }
    if (r.is_broken) return false;
  }
  return !r.is_broken;
}

/// What the tables have of one function.
typedef struct {
  uintptr_t start, size;
  common c;
  reader instructions;
} function;

// False: there are no tables, or none that are read here. Takes the loader's lock.
static bool find_function(uintptr_t address, function *f) {
  if (!_Unwind_Find_FDE) return false;
  struct dwarf_eh_bases bases = {0};
  const uint8_t *fde = _Unwind_Find_FDE((void *)address, &bases);
  if (!fde) return false;
  reader r = {fde, fde + 4, false};
  uint64_t length = number(&r, 4);
  if (length == 0 || length >= 0xFFFFFFF0) return false;
  r.end = fde + 4 + length;
  const uint8_t *place = r.at;
  int32_t distance = (int32_t)number(&r, 4);
  if (distance == 0 || !read_common(place - distance, &f->c)) return false;
  size_t pointer = pointer_size(f->c.encoding);
  if (pointer == 0) return false;
  skip(&r, pointer);
  f->start = (uintptr_t)bases.function;
  f->size = (uintptr_t)number(&r, pointer);
  if (f->c.has_augmentation) skip(&r, uleb(&r));
  f->instructions = r;
  return !r.is_broken;
}

uintptr_t dcs_function_around(uintptr_t address, uintptr_t *size) {
  function f;
  if (!find_function(address, &f) || address - f.start >= f.size) return 0;
  *size = f.size;
  return f.start;
}

dcs_rule dcs_read_rule(uintptr_t return_address) {
  dcs_rule refused = {.kind = DCS_REFUSED};
  // The call is before the address that it returns to, which may be the first of the next function.
  uintptr_t target = return_address - 1;
  function f;
  if (!find_function(target, &f) || f.c.is_signal) return refused;
  common c = f.c;
  reader r = f.instructions;
  uintptr_t start = f.start;

  row w = {.rbp = SAME, .ra = OTHER};
  if (!run(c.instructions, &c, &w, &w, start, UINTPTR_MAX)) return refused;
  row initial = w;
  if (!run(r, &c, &initial, &w, start, target)) return refused;

  if (w.ra == UNDEFINED) return (dcs_rule){.kind = DCS_OUTERMOST};
  bool is_plain = w.ra == SAVED && w.ra_offset == -8 && !w.cfa_is_computed &&
                  (w.cfa_register == RBP || w.cfa_register == RSP) && (w.rbp == SAME || w.rbp == SAVED);
  if (!is_plain || w.cfa_offset < 8 || w.cfa_offset > INT32_MAX) return refused;
  bool saves = w.rbp == SAVED;
  // rbp points to where its caller's is kept. Above there may be room between it and the return address: a function whose parameters
  // do not all fit into registers makes it for the ones that it hands on.
  bool is_framed = saves && w.cfa_register == RBP && w.cfa_offset >= 16 && w.rbp_offset == -w.cfa_offset;
  if (saves && (w.rbp_offset >= 0 || w.rbp_offset < INT32_MIN)) return refused;
  return (dcs_rule){
      .kind = DCS_CALLED,
      .from_rbp = w.cfa_register == RBP,
      .cfa_offset = (int32_t)w.cfa_offset,
      .saves_rbp = saves,
      .rbp_offset = saves ? (int32_t)w.rbp_offset : 0,
      .role = dcs_role_of(start, f.size, is_framed),
  };
}

#else

uintptr_t dcs_function_around(uintptr_t address, uintptr_t *size) {
  (void)address;
  *size = 0;
  return 0;
}

#endif
