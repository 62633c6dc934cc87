#include "tern/detail/group_walk.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <iterator>
#include <string>

#include "clients/cpp/source/session.hpp"
#include "tern/detail/operations.hpp"

namespace tern::detail {

namespace {

/// How a listing is asked for and put together.
template <class T, class Page>
struct Listing {
    std::function<Operation<Page>(Id, const std::string& page_token)> ask;
    /// Adds a page to what came before it, and answers the token of the next.
    std::string (*join)(T& whole, Page&& page);
    void (*finish)(T& whole);
};

template <class T, class Page>
class WalkOf final : public Walk, public std::enable_shared_from_this<WalkOf<T, Page>> {
public:
    WalkOf(const std::shared_ptr<Session>& session, Listing<T, Page> listing, std::unique_ptr<Completion<T>> completion)
        : session_(session),
          listing_(std::move(listing)),
          completion_(std::move(completion)) {}

    void begin() override { ask({}); }
    void cancel() override {
        cancelled_ = true;
        if (const auto session = session_.lock()) session->cancel(request_);
    }

private:
    /// Keeps the walk alive while the session has its request.
    class Step final : public Completion<Page> {
    public:
        explicit Step(std::shared_ptr<WalkOf> walk) : walk_(std::move(walk)) {}
        void complete(Outcome<Page>&& outcome) override { walk_->take(std::move(outcome)); }

    private:
        std::shared_ptr<WalkOf> walk_;
    };

    void ask(const std::string& page_token) {
        const auto session = session_.lock();
        if (!session) return fail(ConnectionErrc::closed);
        // A cancellation that came between two requests has met neither.
        if (cancelled_) return fail(ConnectionErrc::cancelled);
        auto operation = listing_.ask(session->next_id(), page_token);
        request_ = operation.id;
        auto step = std::make_unique<Step>(this->shared_from_this());
        session->submit(std::make_unique<RequestOf<Page>>(std::move(operation), std::move(step)));
    }
    void fail(ConnectionErrc errc) { completion_->complete(Error(errc, {}, Execution::surely_not)); }

    void take(Outcome<Page>&& page) {
        if (!page.has_value()) return completion_->complete(page.error());
        const auto next = listing_.join(whole_, std::move(*page));
        if (!next.empty()) return ask(next);
        listing_.finish(whole_);
        completion_->complete(std::move(whole_));
    }

    std::weak_ptr<Session> session_;
    Listing<T, Page> listing_;
    std::unique_ptr<Completion<T>> completion_;
    T whole_;
    std::atomic<Id> request_{0};
    std::atomic<bool> cancelled_{false};
};

template <class Entry>
void append(std::vector<Entry>& to, std::vector<Entry>&& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// Pages come in the order in which the streams were made.
void sort_by_stream(std::vector<CommittedOffset>& offsets) {
    std::stable_sort(offsets.begin(), offsets.end(), [](const auto& a, const auto& b) { return a.stream < b.stream; });
}

}  // namespace

std::shared_ptr<Walk> walk_group(const std::shared_ptr<Session>& session, const GroupName& group,
                                 std::unique_ptr<Completion<GroupDescription>> completion) {
    Listing<GroupDescription, DescriptionPage> listing;
    listing.ask = [group](Id id, const std::string& page_token) {
        return describe_group_page(id, group, {.page_token = page_token});
    };
    listing.join = [](GroupDescription& whole, DescriptionPage&& page) {
        whole.summary = std::move(page.part.summary);
        append(whole.members, std::move(page.part.members));
        append(whole.offsets, std::move(page.part.offsets));
        return std::move(page.next_page_token);
    };
    listing.finish = [](GroupDescription& whole) { sort_by_stream(whole.offsets); };
    return std::make_shared<WalkOf<GroupDescription, DescriptionPage>>(session, std::move(listing),
                                                                       std::move(completion));
}

std::shared_ptr<Walk> walk_offsets(const std::shared_ptr<Session>& session, const GroupName& group,
                                   const std::vector<PartitionSet>& partitions,
                                   std::unique_ptr<Completion<std::vector<CommittedOffset>>> completion) {
    using Offsets = std::vector<CommittedOffset>;
    Listing<Offsets, OffsetPage> listing;
    listing.join = [](Offsets& whole, OffsetPage&& page) {
        append(whole, std::move(page.offsets));
        return std::move(page.next_page_token);
    };
    if (partitions.empty()) {
        listing.ask = [group](Id id, const std::string& page_token) {
            return fetch_offsets_page(id, group, {.page_token = page_token});
        };
        listing.finish = sort_by_stream;
    } else {
        // In the order in which they are asked for, and all at once.
        listing.ask = [group, partitions](Id id, const std::string&) {
            return fetch_named_offsets(id, group, partitions);
        };
        listing.finish = [](Offsets&) {};
    }
    return std::make_shared<WalkOf<Offsets, OffsetPage>>(session, std::move(listing), std::move(completion));
}

}  // namespace tern::detail
