// Stand-in: contexts, and the storage of the current one of each thread. A context here holds the
// active span and nothing else.
#pragma once

#include <algorithm>
#include <vector>

#include "opentelemetry/nostd/types.h"

namespace opentelemetry::trace {
class Span;
}

namespace opentelemetry::context {

class Context {
 public:
  Context() = default;
  explicit Context(nostd::shared_ptr<trace::Span> span) : span_(std::move(span)) {}
  bool operator==(const Context&) const noexcept = default;
  const nostd::shared_ptr<trace::Span>& active_span() const noexcept { return span_; }

 private:
  nostd::shared_ptr<trace::Span> span_;
};

class Token {
 public:
  bool operator==(const Context& other) const noexcept { return context_ == other; }
  ~Token() noexcept;

 private:
  friend class RuntimeContextStorage;
  explicit Token(const Context& context) : context_(context) {}
  const Context context_;
};

class RuntimeContextStorage {
 public:
  virtual Context GetCurrent() noexcept = 0;
  virtual nostd::unique_ptr<Token> Attach(const Context& context) noexcept = 0;
  virtual bool Detach(Token& token) noexcept = 0;
  virtual ~RuntimeContextStorage() = default;

 protected:
  nostd::unique_ptr<Token> CreateToken(const Context& context) noexcept {
    return nostd::unique_ptr<Token>(new Token(context));
  }
};

class ThreadLocalContextStorage : public RuntimeContextStorage {
 public:
  Context GetCurrent() noexcept override { return stack().empty() ? Context() : stack().back(); }
  nostd::unique_ptr<Token> Attach(const Context& context) noexcept override {
    stack().push_back(context);
    return CreateToken(context);
  }
  // Pops whatever lies above the token's context, too.
  bool Detach(Token& token) noexcept override {
    const auto found = std::find_if(stack().rbegin(), stack().rend(),
                                    [&](const Context& context) { return token == context; });
    if (found == stack().rend()) return false;
    stack().erase(found.base() - 1, stack().end());
    return true;
  }

 private:
  static std::vector<Context>& stack() {
    static thread_local std::vector<Context> contexts;
    return contexts;
  }
};

class RuntimeContext {
 public:
  static Context GetCurrent() noexcept { return GetStorage()->GetCurrent(); }
  static nostd::unique_ptr<Token> Attach(const Context& context) noexcept {
    return GetStorage()->Attach(context);
  }
  static bool Detach(Token& token) noexcept { return GetStorage()->Detach(token); }
  static void SetRuntimeContextStorage(
      const nostd::shared_ptr<RuntimeContextStorage>& storage) noexcept {
    GetStorage() = storage;
  }

 private:
  static nostd::shared_ptr<RuntimeContextStorage>& GetStorage() noexcept {
    static nostd::shared_ptr<RuntimeContextStorage> storage(new ThreadLocalContextStorage());
    return storage;
  }
};

inline Token::~Token() noexcept { RuntimeContext::Detach(*this); }

}  // namespace opentelemetry::context
