// A library that is loaded and unloaded: calls back from a frame of PLUGIN_FRAME_BYTES. In
// assembly, so that two frame sizes give code of one layout. What fills the frame is no address: a
// wrong rule finds none there.
#define TEXT_OF(macro) #macro
#define TEXT(macro) TEXT_OF(macro)
#define FRAME TEXT(PLUGIN_FRAME_BYTES)

// void call_from_plugin(void (*function)(void*), void* argument)
asm("  .text\n"
    "  .globl call_from_plugin\n"
    "  .type call_from_plugin, @function\n"
    "call_from_plugin:\n"
    "  .cfi_startproc\n"
    "  sub $" FRAME
    ", %rsp\n"
    "  .cfi_adjust_cfa_offset " FRAME
    "\n"
    "  mov %rdi, %r8\n"
    "  mov %rsi, %r9\n"
    "  mov %rsp, %rdi\n"
    "  mov $" FRAME
    " / 8, %ecx\n"
    "  mov $1, %eax\n"
    "  rep stosq\n"
    "  mov %r9, %rdi\n"
    "  call *%r8\n"
    "  add $" FRAME
    ", %rsp\n"
    "  .cfi_adjust_cfa_offset -" FRAME
    "\n"
    "  ret\n"
    "  .cfi_endproc\n"
    "  .size call_from_plugin, . - call_from_plugin\n");
