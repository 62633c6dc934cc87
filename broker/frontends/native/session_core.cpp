#include "broker/frontends/native/session_core.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "broker/frontends/native/request_fields.hpp"
#include "tern_generated.h"

namespace tern::native {

namespace {

// What an I/O thread does for one session before others have their turn: so many requests that only go on to the
// engine, or a few of those that read the store here and now. One message may hold hundreds of thousands.
constexpr std::size_t work_per_turn = 1024;
constexpr std::size_t work_of_reading = 128;

/// A subscription looks for its beginning as soon as its topic is open.
bool reads_store(const Demand& demand) {
    return std::holds_alternative<Query>(demand) || std::holds_alternative<Fetch>(demand) ||
           std::holds_alternative<Subscribe>(demand);
}

}  // namespace

SessionCore::SessionCore(SessionSurroundings& surroundings, Codec& codec, SessionLimits limits)
    : surroundings_(surroundings),
      codec_(codec),
      writer_(codec.writer()),
      limits_(limits),
      fetches_(surroundings),
      subscriptions_(surroundings, codec.writer(), outbox_, limits.pushes),
      greeted_(!codec.hello_required()) {}

void SessionCore::written(std::size_t bytes) {
    outbox_.written(bytes);
    answer_due_fetches();
    subscriptions_.proceed();
}

void SessionCore::on_request(protocol::FrameBytes&& bytes) {
    ++requests_;
    auto asked = codec_.read(bytes);
    if (!asked) return end_for_fault(0, Errc::malformed_frame);

    const auto id = asked->id;
    auto& demand = asked->demand;
    if (!greeted_) return greet(id, demand);
    count_work(demand);

    if (const auto* refusal = std::get_if<Refusal>(&demand)) return refuse(id, refusal->status, refusal->detail);
    if (const auto* hello = std::get_if<Hello>(&demand)) return on_hello(id, *hello);
    if (const auto* query = std::get_if<Query>(&demand)) return surroundings_.answer(to(id), *query);
    if (auto* fetch = std::get_if<Fetch>(&demand)) return begin_fetch(id, std::move(*fetch));
    if (const auto* backup = std::get_if<Backup>(&demand)) return begin_backup(id, *backup);
    if (auto* wish = std::get_if<Subscribe>(&demand)) return subscribe(id, std::move(*wish));
    if (const auto* wish = std::get_if<Acknowledge>(&demand)) return acknowledge(id, *wish, std::move(bytes));
    if (const auto* wish = std::get_if<Reject>(&demand)) return reject(id, *wish, std::move(bytes));
    if (const auto* wish = std::get_if<Unsubscribe>(&demand)) {
        return answer_done(id, subscriptions_.unsubscribe(wish->subscription));
    }
    if (const auto* wish = std::get_if<SetPresence>(&demand)) {
        return answer_done(id, subscriptions_.set_presence(*wish));
    }
    if (std::holds_alternative<Ping>(demand)) return answer_done(id, {});
    execute(id, std::get<engine::Command>(std::move(demand)), std::move(bytes));
}

void SessionCore::count_work(const Demand& demand) {
    work_ += reads_store(demand) ? work_of_reading : 1;
    if (work_ < work_per_turn || turn_over_) return;
    turn_over_ = true;
    surroundings_.ask_for_turn();
}

void SessionCore::greet(std::uint64_t request, const Demand& demand) {
    const auto* hello = std::get_if<Hello>(&demand);
    if (!hello) return end_for_fault(request, Errc::hello_expected);
    on_hello(request, *hello);
}

void SessionCore::on_hello(std::uint64_t request, const Hello& hello) {
    const auto version = std::min(hello.version_max, protocol::version_max);
    if (version < std::max(hello.version_min, protocol::version_min)) {
        return end_for_fault(request, Errc::unsupported_version);
    }
    greeted_ = true;
    client_ = hello.client.substr(0, client_name_bytes_max);
    writer_.write(to(request), Welcome{version, surroundings_.broker_name()});
}

bool SessionCore::execute(std::uint64_t request, engine::Command&& command, protocol::FrameBytes&& frame) {
    const auto refused = [&](Errc status) {
        refuse(request, status);
        return false;
    };
    if (const auto* wait = std::get_if<engine::CancelWait>(&command)) {
        if (fetches_.cancel(wait->request)) {
            --in_flight_;
            refuse(wait->request, Errc::cancelled);
            return true;
        }
    }
    // A cancellation is answered to nobody: what it cancels is.
    const bool answered = !std::holds_alternative<engine::CancelWait>(command);
    if (answered && in_flight_ >= limits_.requests_in_flight_max) {
        return refused(Errc::too_many_requests_in_flight);
    }
    const auto submitted = surroundings_.submit(request, std::move(command), std::move(frame.bytes), frame.size);
    if (!submitted.has_value()) return refused(submitted.error());
    if (answered) ++in_flight_;
    return true;
}

void SessionCore::begin_backup(std::uint64_t request, const Backup& backup) {
    const auto begun = surroundings_.begin_backup(request, backup.path);
    if (!begun.has_value()) return refuse(request, begun.error());
    ++in_flight_;
}

void SessionCore::subscribe(std::uint64_t request, Subscribe&& wish) {
    const auto refusal = subscriptions_.subscribe(request, std::move(wish));
    if (refusal.status != Errc::ok) refuse(request, refusal.status, refusal.detail);
}

void SessionCore::acknowledge(std::uint64_t request, const Acknowledge& wish, protocol::FrameBytes&& bytes) {
    const auto durable = subscriptions_.durable(wish.subscription);
    if (!durable.has_value()) return refuse(request, durable.error());
    settle(request, **durable, (*durable)->settle(wish.handles), (*durable)->acknowledge(wish.handles),
           std::move(bytes));
}

void SessionCore::reject(std::uint64_t request, const Reject& wish, protocol::FrameBytes&& bytes) {
    const auto durable = subscriptions_.durable(wish.subscription);
    if (!durable.has_value()) return refuse(request, durable.error());
    settle(request, **durable, (*durable)->settle(wish.handles), (*durable)->reject(wish.handles, wish.delay),
           std::move(bytes));
}

void SessionCore::settle(std::uint64_t request, DurableSubscription& durable, DurableSubscription::Settled&& these,
                         engine::Command&& command, protocol::FrameBytes&& bytes) {
    if (!execute(request, std::move(command), std::move(bytes))) return durable.unsettle(std::move(these));
    subscriptions_.settling(request, durable, std::move(these));
    // In the same batch as a rule, so that a place that is free is not empty for a commit.
    durable.receive_more();
}

void SessionCore::answer_done(std::uint64_t request, const Result<void>& done) {
    if (!done.has_value()) return refuse(request, done.error());
    writer_.write(to(request), engine::Answer{});
}

void SessionCore::on_own_answer(std::uint64_t request, engine::Answer&& answer) {
    subscriptions_.on_own_answer(request, std::move(answer));
}

void SessionCore::on_told() {
    subscriptions_.on_told();
    if (subscriptions_.fault() == Errc::ok || ending_) return;
    fault_ = subscriptions_.fault();
    ending_ = true;
    subscriptions_.end_all();
}

void SessionCore::begin_fetch(std::uint64_t request, Fetch&& fetch) {
    if (in_flight_ >= limits_.requests_in_flight_max) return refuse(request, Errc::too_many_requests_in_flight);
    auto begun = fetches_.begin(request, std::move(fetch));
    if (!begun.has_value()) return refuse(request, begun.error());
    if (*begun) return answer_fetch(std::move(**begun));
    ++in_flight_;
}

void SessionCore::answer_fetch(SessionFetches::Answer&& answer) {
    const auto status = writer_.write(answer.request, answer.fetch, std::move(answer.fetched), outbox_);
    if (status != Errc::ok) refuse(answer.request, status);
}

void SessionCore::on_fetch_due(std::uint64_t id, bool over) {
    fetches_.on_due(id, over);
    answer_due_fetches();
}

/// One by one, as long as the peer takes what it asked for: answers can be long, and many be due at once.
void SessionCore::answer_due_fetches() {
    while (has_room()) {
        auto answer = fetches_.next_answer();
        if (!answer) return;
        --in_flight_;
        answer_fetch(std::move(*answer));
    }
}

void SessionCore::end() {
    ending_ = true;
    subscriptions_.end_all(Errc::shutting_down);
    for (const auto request : fetches_.forget_all()) {
        --in_flight_;
        refuse(request, Errc::shutting_down);
    }
}

void SessionCore::on_answer(std::uint64_t request, engine::Answer&& answer) {
    --in_flight_;
    subscriptions_.on_settled(request, answer);
    if (std::holds_alternative<engine::Messages>(answer.body)) return answer_messages(request, std::move(answer));
    const auto status = writer_.write(to(request), answer);
    if (status != Errc::ok) refuse(request, status);
}

void SessionCore::answer_messages(std::uint64_t request, engine::Answer&& answer) {
    const bool some = !std::get<engine::Messages>(answer.body).messages.empty();
    const bool room = outbox_.bytes() < limits_.unwritten_messages_bytes_max;
    const auto status = room || !some ? writer_.write(to(request), answer) : Errc::overloaded;
    if (status != Errc::ok) {
        refuse(request, status);
        if (some) surroundings_.give_back(std::move(answer));
        return;
    }
    if (some) outbox_.remember(std::move(answer));
}

void SessionCore::on_backup_done(std::uint64_t request, const Result<std::uint64_t>& bytes, std::string_view failure) {
    --in_flight_;
    if (!bytes.has_value()) return refuse(request, bytes.error(), failure);
    writer_.write_backup_done(to(request), *bytes);
}

void SessionCore::refuse(std::uint64_t request, Errc status, std::string_view detail) {
    writer_.refuse(to(request), status, detail);
}

void SessionCore::end_for_fault(std::uint64_t request, Errc status) {
    refuse(request, status);
    fault_ = status;
    ending_ = true;
    subscriptions_.end_all();
}

}  // namespace tern::native
