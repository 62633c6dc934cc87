#pragma once

#include <cstdint>
#include <functional>

#include "broker/frontends/admin/http2_connection.hpp"
#include "broker/frontends/admin/http_step.hpp"

namespace tern::admin {

/// One request of an HTTP/2 connection that waits for the broker. Owned by its connection; gone with its stream, and
/// then what it waited for is forgotten.
class Http2Connection::Exchange final : public runtime::AnswerReceiver {
public:
    Exchange(Http2Connection& connection, std::int32_t stream);
    ~Exchange() override;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    void go_on(HttpStep&& step);
    void on_answer(std::uint64_t request, engine::Answer&& answer) override;

private:
    Http2Connection& connection_;
    const std::int32_t stream_;
    const std::uint64_t receiver_;
    /// What follows from the answer that is waited for.
    std::function<HttpStep(engine::Answer&&)> then_;
    std::uint64_t submissions_ = 0;
};

}  // namespace tern::admin
