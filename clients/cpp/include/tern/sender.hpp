#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "tern/client.hpp"
#include "tern/detail/gathered.hpp"

namespace tern {

struct SenderOptions {
    /// 1 to 1,000.
    std::size_t batch_entries_max = 100;
    std::size_t batch_bytes_max = 1u << 20;
    /// While so many batches are on their way, further sends gather.
    std::size_t batches_in_flight_max = 1;
    /// Messages that may gather; more are refused with ConnectionErrc::too_much_waiting.
    std::size_t waiting_max = 10'000;
    std::size_t waiting_bytes_max = 64u << 20;
};

/// Sends single messages to one queue, in batches when there is load: an idle sender sends at once; what comes while a
/// batch is on its way makes the next batch. Order is kept. Each send has its own outcome. May be used by many threads.
/// The client must outlive the sender.
class Sender {
public:
    Sender(Client& client, QueueName queue, SenderOptions options = {});
    /// Fails what has gathered and was not sent.
    ~Sender();
    Sender(Sender&&) noexcept = default;

    /// Completes with Outcome<Sent> when the message is durable.
    template <class Token>
    auto send(NewMessage message, Token&& token) {
        return detail::start_gathered(state_, std::move(message), std::forward<Token>(token));
    }

private:
    std::shared_ptr<detail::SenderState> state_;
};

}  // namespace tern
