#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tern::crash {

/// What was found about topics.
struct TopicBalance {
    std::size_t attempts = 0;
    std::size_t acknowledged = 0;
    /// Publications that were sent again, since their answer was lost with the connection.
    std::size_t sent_again = 0;
    /// To live subscribers.
    std::size_t pushed = 0;
    std::size_t gaps_told = 0;
    /// Of messages of subscribed queues.
    std::size_t taken = 0;
    /// By members of durable subscriptions.
    std::size_t done_with = 0;
    /// To members, a second time or more often.
    std::size_t pushed_again = 0;
    /// An acknowledged publication is not in the history, though it was not cut; or not in the queue behind; or a
    /// durable subscription never handed it out for good.
    std::size_t lost = 0;
    /// More often in the history or the queue than it can be; or pushed twice to a live subscriber.
    std::size_t repeated = 0;
    /// Never published, or not as it was.
    std::size_t unexpected = 0;
    /// Another offset than was told, a lane's publications crosswise, or a history with other bounds than it may have.
    std::size_t disordered = 0;
    /// Somebody has seen it at its offset, and later another, or none, is there; or the topic has another epoch.
    std::size_t vanished = 0;
    /// A live subscriber was not pushed what the history keeps, or was not told of a gap.
    std::size_t missed = 0;
    /// Pushed again after its acknowledgement was answered.
    std::size_t resurrected = 0;
    /// History and queue do not tell the same.
    std::size_t torn = 0;

    bool sound() const {
        return lost + repeated + unexpected + disordered + vanished + missed + resurrected + torn == 0;
    }
};

/// An offset is worth something in its epoch.
struct TopicPosition {
    std::string epoch;
    std::uint64_t offset = 0;
};
struct SeenPublication {
    std::uint64_t offset = 0;
    std::string data;
};
/// All that a topic has in the end. `publications_max`: what it keeps at most; nothing is cut without it.
struct TopicContents {
    TopicPosition end;
    std::uint64_t start_offset = 0;
    std::vector<SeenPublication> publications;
    std::optional<std::uint64_t> publications_max;
};

/// What publishers and subscribers asked for and were told, across all restarts. Used by many threads.
class TopicLedger {
public:
    /// A publisher's publications to one topic are a lane. It sends each again until it is acknowledged; what is
    /// repeatable has a deduplication id, and must be there once however often it was sent.
    struct Lane {
        std::string topic;
        std::string name;
        bool repeatable = true;
    };
    /// The data of a new publication: "lane:number|filler".
    std::string new_publication(const Lane& lane, std::size_t filler_bytes);
    void sent(std::string_view data);
    void acknowledged(std::string_view data, const TopicPosition& told);

    /// Where a live subscriber to all of a topic goes on; nothing before its first subscription stands.
    std::optional<TopicPosition> position(const std::string& topic) const;
    void subscribed(const std::string& topic, const TopicPosition& told, bool recovered);
    void pushed(const std::string& topic, const SeenPublication& publication);
    void gap_told(const std::string& topic, std::uint64_t from, std::uint64_t to);

    /// Each connection of a member of the durable subscription has a number, the later the higher.
    std::uint64_t new_connection();
    void handed_out(const std::string& topic, const SeenPublication& publication, std::uint64_t connection);
    void acknowledgement_asked(const std::string& topic, std::uint64_t offset);
    void acknowledgement_answered(const std::string& topic, std::uint64_t offset, std::uint64_t connection);

    /// From the queue behind a topic; the id tells a message that comes again from another one.
    void taken(const std::string& topic, std::string_view data, const std::string& message_id);

    /// In the end, when all publications are acknowledged, the queues are empty and nothing waits any more.
    void found(const std::string& topic, const TopicContents& contents);
    void judge_durable(const std::string& topic);

    TopicBalance balance() const;
    std::vector<std::string> findings() const;

private:
    /// Of whole data only a fingerprint is kept: there may be a million.
    struct Publication {
        std::string topic;
        std::size_t fingerprint = 0;
        bool repeatable = true;
        std::size_t sent = 0;
        std::optional<std::uint64_t> offset;
        std::size_t copies = 0;
        std::set<std::string> messages;
    };
    struct Shown {
        std::string name;
        std::size_t fingerprint = 0;
    };
    /// How a publication fares in the durable subscription.
    struct Handed {
        std::size_t times = 0;
        bool done_asked = false;
        /// The connection on which it was answered, and the last that there was then; 0: not yet.
        std::uint64_t done_on = 0;
        std::uint64_t connections_then = 0;
    };
    struct Topic {
        std::string epoch;
        std::map<std::uint64_t, Shown> shown;
        /// Of the live subscriber.
        std::optional<std::uint64_t> next;
        /// It began behind a gap that was told with its beginning: from here on.
        std::optional<std::uint64_t> began_behind;
        /// The end of the last gap.
        std::uint64_t gap_end = 0;
        std::map<std::uint64_t, Handed> handed;
        std::size_t messages = 0;
        std::uint64_t end = 0;
    };

    void finding(std::size_t& counter, std::string sentence);
    void see_epoch(const std::string& topic, const std::string& epoch);
    void see(const std::string& topic, const SeenPublication& publication);
    void judge_bounds(const std::string& topic, const TopicContents& contents);
    void judge_contents(const std::string& topic, const TopicContents& contents);
    void judge_shown(const std::string& topic, const TopicContents& contents);
    void judge_publications(const std::string& topic, const TopicContents& contents);

    mutable std::mutex mutex_;
    /// By name.
    std::map<std::string, Publication, std::less<>> publications_;
    std::map<std::string, std::size_t> lanes_;
    /// The offset of the last acknowledged of each lane.
    std::map<std::string, std::uint64_t> last_of_lane_;
    std::map<std::string, Topic> topics_;
    std::uint64_t connections_ = 0;
    TopicBalance balance_;
    std::vector<std::string> findings_;
};

}  // namespace tern::crash
