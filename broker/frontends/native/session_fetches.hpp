#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/frontends/native/request.hpp"
#include "broker/runtime/waiting_fetches.hpp"

namespace tern::native {

/// What fetches need of the broker around a session. Two implementations: a connection, and a script in tests.
class FetchSurroundings {
public:
    virtual ~FetchSurroundings() = default;
    /// Reads what is there and durable.
    virtual engine::Fetched read(const Fetch& fetch) = 0;
    virtual runtime::WaitingFetches& waiting_fetches() = 0;
    virtual std::uint64_t session() const = 0;
    virtual Timestamp now() const = 0;
};

/// The fetches of one session: answered at once, or waiting until there is enough, until one of their partitions has
/// gone, or until their time is over.
class SessionFetches {
public:
    struct Answer {
        std::uint64_t request = 0;
        Fetch fetch;
        engine::Fetched fetched;
    };

    explicit SessionFetches(FetchSurroundings& surroundings) : surroundings_(surroundings) {}
    ~SessionFetches() { forget_all(); }
    SessionFetches(const SessionFetches&) = delete;
    SessionFetches& operator=(const SessionFetches&) = delete;

    /// Reads. Nothing: the fetch waits. Errors: overloaded when it would have to, and too many do,
    /// of this session or of all.
    Result<std::optional<Answer>> begin(std::uint64_t request, Fetch&& fetch);
    /// One that waits is to be looked at again; `over` when its time has passed.
    void on_due(runtime::WaitingFetches::Id id, bool over);
    /// Looks at those that are due, until one can be answered: it waits no more then.
    std::optional<Answer> next_answer();
    /// Forgets a fetch that waits. False when there is none of this request.
    bool cancel(std::uint64_t request);
    /// Forgets all; says which requests they were.
    std::vector<std::uint64_t> forget_all();

private:
    using Id = runtime::WaitingFetches::Id;
    struct Waiting {
        std::uint64_t request = 0;
        Fetch fetch;
        bool over = false;
    };

    FetchSurroundings& surroundings_;
    std::map<Id, Waiting> waiting_;
    std::set<Id> due_;
    std::size_t positions_waiting_ = 0;
};

/// Whether a fetch is to be answered with this: there is enough, a limit is reached, or an entry was refused.
bool is_enough(const Fetch& fetch, const engine::Fetched& fetched);

}  // namespace tern::native
