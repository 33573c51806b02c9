/* Opens a library that only its own RUNPATH leads to: by name, and by $ORIGIN. */
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
  void* by_name = dlopen("librunpath_plugin.so", RTLD_NOW);
  printf("by name: %s\n", by_name != NULL ? "found" : dlerror());
  if (by_name != NULL) dlclose(by_name);
  void* by_origin = dlopen("$ORIGIN/plugins/librunpath_plugin.so", RTLD_NOW);
  printf("by origin: %s\n", by_origin != NULL ? "found" : dlerror());
  return by_name == NULL || by_origin == NULL;
}
