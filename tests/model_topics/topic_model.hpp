#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "broker/engine/engine.hpp"
#include "broker/engine/topic_queries.hpp"
#include "tests/model_topics/queue_model.hpp"
#include "tests/model_topics/script.hpp"

/// The rules of topics a second time, from docs/topics.md alone: lists and linear scans. The model is told what the
/// engine answered, says what is wrong about it, and takes over what was the engine's choice: ids, epochs, and when
/// retention removes what it may.
namespace tern::topic_model {

/// Statuses with which something may be refused; none: it must not be.
using Reasons = std::set<Errc>;
Complaint check_status(const Reasons& reasons, Errc given);

struct Subscription {
    /// The Subscribe that made it; 0: durable.
    std::uint64_t label = 0;
    /// As the engine named it; of a durable one its name.
    std::string name;
    std::string queue;
    std::string pattern;
    std::size_t filter = 0;
    bool raw = false;
    std::string dead_letter_queue;
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;
    Timestamp created_at;
    /// Where the publications of a durable one wait.
    std::optional<QueueModel> waiting;

    bool durable() const { return waiting.has_value(); }
};

struct Topic {
    std::string name;
    std::optional<std::uint32_t> id;
    engine::TopicSettings settings;
    Timestamp created_at;
    Timestamp modified_at;
    /// Nothing: not told yet, in this run.
    std::optional<std::string> epoch;
    std::uint64_t run = 0;
    /// Of the next publication; nothing: not known in this run.
    std::optional<std::uint64_t> end;
    /// What a FIFO topic without a history must not fall behind.
    std::uint64_t end_before = 0;

    std::vector<std::shared_ptr<const Kept>> history;
    /// Where the history began when it was looked at last.
    std::uint64_t start = 0;
    /// Behind what retention was allowed to remove.
    std::uint64_t may_be_gone = 0;
    /// Where it must not begin before.
    std::uint64_t surely_gone = 0;
    Timestamp bounds_set_at;

    std::map<std::string, std::shared_ptr<const Kept>> retained;
    struct Accepted {
        std::shared_ptr<const Kept> kept;
        std::uint64_t run = 0;
    };
    std::map<std::string, Accepted> accepted;
    std::vector<Subscription> subscriptions;

    bool fifo() const { return settings.fifo; }
    Subscription* find(const Reference& reference);
    Subscription* durable(const std::string& name) { return find(Reference{0, name}); }
    std::uint64_t bound_by_number() const;
    /// What may be gone from now on.
    void note_bounds(Timestamp now);
    Complaint observe_start(std::uint64_t given, Timestamp now);

private:
    Complaint overdue(Timestamp now) const;
};

class TopicModel {
public:
    explicit TopicModel(engine::EngineLimits limits) : limits_(limits) {}

    Timestamp now() const { return now_; }
    void set_time(Timestamp now) { now_ = now; }
    const std::map<std::string, std::shared_ptr<Topic>>& topics() const { return topics_; }
    const std::map<std::string, QueueModel>& queues() const { return queues_; }
    Topic* topic(const std::string& name);
    /// The name of the subscription; what no subscription has when there is none.
    std::string name_of(const std::string& topic, const Reference& reference);
    /// The engine's queue of a pull.
    engine::QueueName queue_of(const std::string& topic, const std::string& name);
    engine::QueueName queue_of(std::uint64_t pull) const;

    /// The engine was opened anew: topics without a history begin anew, too.
    void reopened();
    void begin_batch();
    Complaint judge(std::uint64_t label, const Body& body, const engine::Answer& given);
    /// Giving back what has come back by itself is not looked at: it may stand before or behind the others then.
    bool can_give_back(const Finish& finish);
    /// Answered to nobody. It can.
    void give_back(const Finish& finish);
    Complaint end_batch(const std::vector<engine::Published>& published, const std::vector<std::uint32_t>& deleted);

    Complaint observe(const store::ReadTransaction& snapshot);
    Complaint ask(const Query& query, const store::ReadTransaction& snapshot);

    /// Where a pull's messages came from, and which they were.
    struct Pulled {
        std::shared_ptr<Topic> topic;
        std::string name;
        std::vector<QueueModel::Handed> handed;
    };
    const std::map<std::uint64_t, Pulled>& pulls() const { return pulls_; }

private:
    // Topics.
    Complaint judge(const CreateTopic& action, const engine::Answer& given);
    Complaint judge(const SetTopic& action, const engine::Answer& given);
    Complaint judge(const DropTopic& action, const engine::Answer& given);
    Complaint judge(const EnsureTopic& action, const engine::Answer& given);
    Reasons reasons_to_make(const std::string& name) const;
    Topic& make(const std::string& name, const engine::TopicSettings& settings);
    Complaint tell_epoch(Topic& topic, const std::string& epoch);
    Complaint tell_id(Topic& topic, std::uint32_t id);
    Complaint opened(Topic& topic, const engine::TopicOpened& opened);

    // Publishing.
    Complaint judge(const Publish& action, const engine::Answer& given);
    /// Whether it was published before, not too long ago, with the same deduplication id.
    bool is_known(const Topic& topic, const Entry& entry) const;
    Complaint publish(Topic& topic, const Entry& entry, bool ephemeral, const engine::PublishResult& given);
    Complaint publish_again(const Topic& topic, const Topic::Accepted& earlier, const engine::PublishResult& given);
    void fan_out(Topic& topic, const std::shared_ptr<const Kept>& kept);
    bool send(const Topic& topic, const std::string& queue, bool raw, const std::shared_ptr<const Kept>& kept);

    // Queues and subscriptions.
    Complaint judge(const CreateQueue& action, const engine::Answer& given);
    Complaint judge(const DropQueue& action, const engine::Answer& given);
    Complaint judge(std::uint64_t label, const Subscribe& action, const engine::Answer& given);
    Complaint judge(const Change& action, const engine::Answer& given);
    Complaint judge(const Unsubscribe& action, const engine::Answer& given);
    Complaint judge(const OpenDurable& action, const engine::Answer& given);
    Complaint judge(std::uint64_t label, const Pull& action, const engine::Answer& given);
    Complaint judge(const Finish& action, const engine::Answer& given);
    Reasons refusals(const std::string& topic, const Subscription& subscription, const Wishes& wishes) const;
    QueueModel* find_queue(const std::string& queue);
    QueueModel new_queue(bool fifo, Milliseconds visibility_timeout);
    QueueModel* find_queue(const Pulled& pulled);

    // Looking.
    Complaint observe(const std::string& name, Topic& topic, const store::ReadTransaction& snapshot);
    Complaint observe_subscriptions(Topic& topic, const store::ReadTransaction& snapshot) const;
    Complaint observe_queue(const engine::QueueName& name, const QueueModel& queue,
                            const store::ReadTransaction& snapshot) const;
    Complaint ask(const ReadHistory& query, const store::ReadTransaction& snapshot);
    Complaint ask(const FindTime& query, const store::ReadTransaction& snapshot);
    Complaint ask(const ReadRetained& query, const store::ReadTransaction& snapshot);

    engine::EngineLimits limits_;
    Timestamp now_;
    std::map<std::string, std::shared_ptr<Topic>> topics_;
    std::map<std::string, QueueModel> queues_;
    std::uint64_t queues_made_ = 0;
    std::map<std::uint64_t, Pulled> pulls_;
    std::uint64_t run_ = 1;
    std::uint64_t commit_ = 0;
    std::set<std::string> epochs_;
    struct News {
        std::shared_ptr<Topic> topic;
        std::shared_ptr<const Kept> kept;
    };
    std::vector<News> news_;
    std::vector<std::shared_ptr<Topic>> deleted_;
};

/// Is it this publication?
Complaint differs(const Kept& expected, const engine::StoredPublication& given);

inline constexpr Milliseconds queue_visibility_timeout = std::chrono::seconds(30);

}  // namespace tern::topic_model
