#include "tern/client.hpp"

#include <utility>

#include "clients/cpp/source/session.hpp"

namespace tern {

Client::Client(const executor_type& executor, ClientOptions options)
    : session_(std::make_shared<detail::Session>(executor, std::move(options))) {}

Client& Client::operator=(Client&& other) noexcept {
    if (this == &other) return *this;
    close();
    session_ = std::move(other.session_);
    return *this;
}

Client::~Client() {
    close();
}

Client::executor_type Client::get_executor() const {
    return session_->executor();
}

void Client::close() {
    if (session_) session_->close();
}

std::uint64_t Client::next_id() {
    return session_->next_id();
}

}  // namespace tern
