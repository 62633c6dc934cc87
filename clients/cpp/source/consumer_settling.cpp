#include <algorithm>
#include <boost/asio/bind_executor.hpp>
#include <iterator>
#include <utility>

#include "clients/cpp/source/consumer_state.hpp"
#include "clients/cpp/source/coroutines.hpp"

/// What a consumer tells the broker about messages it holds: deletes, extensions and returns, gathered into batches.
namespace tern::detail {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds delete_again_after{200};

template <class Entry>
std::vector<Entry> take_batch(std::vector<Entry>& from) {
    const auto count = std::min(from.size(), protocol::batch_entries_max);
    const auto end = from.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Entry> batch(std::make_move_iterator(from.begin()), std::make_move_iterator(end));
    from.erase(from.begin(), end);
    return batch;
}

/// A delete that the broker had no room for goes better in a moment.
bool worth_another_try(const Error& error) {
    return error.status() == Status::overloaded || error.code() == ConnectionErrc::connection_lost ||
           error.code() == ConnectionErrc::request_timed_out || error.code() == ConnectionErrc::connection_failed;
}

}  // namespace

void ConsumerState::delete_later(std::string receipt_handle) {
    to_delete_.push_back(std::move(receipt_handle));
    delete_gathered();
}

void ConsumerState::delete_gathered() {
    // While one batch is on its way, the next gathers.
    if (deleting_ > 0 || to_delete_.empty()) return;
    auto handles = take_batch(to_delete_);
    deleting_ = handles.size();
    auto operation = delete_batch(session_->next_id(), queue_, handles);
    auto done = [self = shared_from_this(),
                 handles = std::move(handles)](Outcome<std::vector<EntryResult>> results) mutable {
        self->on_deleted(std::move(handles), results);
    };
    start(session_, std::move(operation), asio::bind_executor(strand_, std::move(done)));
}

void ConsumerState::on_deleted(std::vector<std::string>&& handles, const Outcome<std::vector<EntryResult>>& results) {
    if (!results.has_value() && worth_another_try(results.error())) {
        on_error(results.error());
        delete_pause_.expires_after(delete_again_after);
        auto again = [self = shared_from_this(), handles = std::move(handles)](boost::system::error_code) mutable {
            self->deleting_ = 0;
            std::move(handles.begin(), handles.end(), std::back_inserter(self->to_delete_));
            self->delete_gathered();
        };
        delete_pause_.async_wait(std::move(again));
        return;
    }
    deleting_ = 0;
    if (!results.has_value()) {
        failed_ += handles.size();
        on_error(results.error());
    } else {
        for (const auto& result : *results) {
            if (result.ok()) {
                ++succeeded_;
                continue;
            }
            ++failed_;
            if (options_.on_error) options_.on_error(Error(result.status, result.detail));
        }
    }
    delete_gathered();
    wake();
}

void ConsumerState::change_later(std::string receipt_handle, std::chrono::milliseconds visibility) {
    to_change_.push_back({std::move(receipt_handle), visibility});
    change_gathered();
}

void ConsumerState::change_gathered() {
    if (changing_ > 0 || to_change_.empty()) return;
    const auto changes = take_batch(to_change_);
    changing_ = changes.size();
    auto done = [self = shared_from_this()](const Outcome<std::vector<EntryResult>>& results) {
        self->changing_ = 0;
        // An entry that fails is a message that has come back already, or was deleted.
        if (!results.has_value()) self->on_error(results.error());
        self->change_gathered();
        self->wake();
    };
    start(session_, change_visibility_batch(session_->next_id(), queue_, changes),
          asio::bind_executor(strand_, std::move(done)));
}

/// Looks four times in a visibility timeout, and extends what has half of it behind.
asio::awaitable<void> ConsumerState::extend(std::shared_ptr<ConsumerState>) {
    while (extending_) {
        extension_.expires_after(visibility_timeout_ / 4);
        co_await extension_.async_wait(token);
        if (extending_) extend_what_is_due();
    }
}

void ConsumerState::extend_what_is_due() {
    const auto now = std::chrono::steady_clock::now();
    for (auto& [number, work] : works_) {
        if (now - work->extended_at < visibility_timeout_ / 2) continue;
        work->extended_at = now;
        to_change_.push_back({work->message.receipt_handle, visibility_timeout_});
    }
    change_gathered();
}

}  // namespace tern::detail
