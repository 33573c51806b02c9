// Stand-in for opentelemetry-cpp, for tests of plumbline/opentelemetry_bridge.h: the same
// namespaces, names and signatures (1.x API and SDK), only what the bridge and its test need. The
// types of nostd are those of the standard library, as with OPENTELEMETRY_STL_VERSION.
#pragma once

#include <memory>
#include <span>
#include <string_view>

namespace opentelemetry::nostd {

template <class T>
using shared_ptr = std::shared_ptr<T>;
template <class T>
using unique_ptr = std::unique_ptr<T>;
template <class T, std::size_t kExtent = std::dynamic_extent>
using span = std::span<T, kExtent>;
using string_view = std::string_view;

}  // namespace opentelemetry::nostd
