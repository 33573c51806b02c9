// The never-entered section. Its abort address must be preceded by the signature that glibc
// registered (RSEQ_SIG, an undefined instruction's bytes), or the kernel sends SIGSEGV.
#include "profiler/base/switch_flag.h"

asm(R"(
    .pushsection .text.plumbline_never_entered, "ax", @progbits
    .balign 16
plumbline_never_entered_start:
    nop
plumbline_never_entered_end:
    ud2
    .byte 0x0f, 0xb9, 0x3d
    .long 0x53053053
plumbline_never_entered_abort:
    ud2
    .popsection

    .pushsection .data.rel.ro.plumbline_never_entered, "aw", @progbits
    .balign 32
    .globl plumbline_never_entered
    .hidden plumbline_never_entered
    .type plumbline_never_entered, @object
    .size plumbline_never_entered, 32
plumbline_never_entered:
    .long 0, 0
    .quad plumbline_never_entered_start
    .quad plumbline_never_entered_end - plumbline_never_entered_start
    .quad plumbline_never_entered_abort
    .popsection
)");
