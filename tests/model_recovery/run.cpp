#include "tests/model_recovery/run.hpp"

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "tests/model_recovery/member.hpp"
#include "tests/model_recovery/subscriber.hpp"

/// Publishers, subscribers that lose their connection and read slowly, members of a durable subscription, power cuts,
/// and a history that is cut short or is not there, in any order.
namespace tern::recovery_model {
namespace {

using native::StartFrom;

constexpr std::size_t diary_lines_max = 60;
constexpr Milliseconds patience = std::chrono::hours(1);
/// More rounds than anything needs to come to its end.
constexpr int rounds_max = 400;

enum class Keeps : std::uint8_t { by_number, by_age, nothing };

/// What kind of run a seed is.
struct Profile {
    Keeps keeps = Keeps::by_number;
    bool members_are_patient = true;
    /// The topic comes and goes; then there are no members.
    bool topic_goes = false;

    static Profile of(std::uint64_t seed) {
        SeededRandom random(seed * 7919 + 5);
        Profile profile;
        profile.keeps = static_cast<Keeps>(random.below(3));
        profile.members_are_patient = random.below(2) == 0;
        profile.topic_goes = random.below(4) == 0;
        return profile;
    }
};

class Run {
public:
    Run(std::uint64_t seed, Tally& tally)
        : random_(seed),
          profile_(Profile::of(seed)),
          tally_(tally),
          broker_(seed + 1) {
        broker_.on_published = [this](std::uint64_t request, const engine::Answer& answer) { told(request, answer); };
        make_topic();
        make_subscribers();
        if (!profile_.topic_goes) make_members();
    }

    void step();
    /// Lets everyone read to the end, and looks whether it is one.
    void settle();
    Diary take_diary() { return std::move(diary_); }

private:
    bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }
    void note(std::string what) {
        diary_.lines.push_back(std::move(what));
        if (diary_.lines.size() > diary_lines_max) diary_.lines.pop_front();
    }
    void make_topic();
    void make_subscribers();
    void make_members();
    void publish();
    void told(std::uint64_t request, const engine::Answer& answer);
    void crash();
    void act(Subscriber& subscriber);
    void act(Member& member);
    void pass_second();
    void hand_on();
    void settle_members();
    std::uint64_t waiting();

    SeededRandom random_;
    const Profile profile_;
    Tally& tally_;
    bool busy_ = false;
    Truth truth_;
    /// Of what was published last.
    std::string epoch_;
    Deliveries deliveries_;
    const Wanted members_want_{"t.>"};
    RecoveryBroker broker_;
    std::map<std::uint64_t, std::shared_ptr<const engine::PublicationBatch>> asked_;
    std::uint64_t requests_ = 0;
    std::uint64_t published_ = 0;
    std::vector<std::unique_ptr<Subscriber>> subscribers_;
    std::vector<std::unique_ptr<Member>> members_;
    Diary diary_;
};

void Run::make_topic() {
    engine::CreateTopic create;
    create.topic = {"", "t"};
    if (profile_.keeps == Keeps::by_number) create.settings.history_publications = 60;
    if (profile_.keeps == Keeps::by_age) create.settings.history_age = std::chrono::seconds(3);
    if (profile_.keeps == Keeps::nothing) create.settings.history = false;
    broker_.submit({}, std::move(create));
    broker_.commit();
    broker_.flush();
    broker_.hand_over();
}

void Run::make_subscribers() {
    const std::vector<Wanted> wanted = {{"t.>"}, {"t.a"}, {"t.*.b"}, {"t.b.>"}, {"t.>", "red"}};
    for (const auto& each : wanted) {
        // The first one sees all, so that a run is worth something.
        const std::vector<StartFrom> starts = {StartFrom::earliest, StartFrom::live, StartFrom::last, StartFrom::time};
        native::StartPosition start{.from = subscribers_.empty() ? StartFrom::earliest : starts[random_.below(4)],
                                    .last = 5};
        const auto slow = chance(3) ? std::optional(native::SlowPolicy::drop_oldest) : std::nullopt;
        subscribers_.push_back(
            std::make_unique<Subscriber>(broker_, truth_, tally_, subscribers_.size() + 1, each, start, slow));
    }
}

void Run::make_members() {
    MemberOptions options;
    options.patient = profile_.members_are_patient;
    options.ack_wait = options.patient ? patience : std::chrono::seconds(2);
    for (std::uint64_t number : {50, 51, 52})
        members_.push_back(std::make_unique<Member>(broker_, deliveries_, tally_, number, members_want_, options));
    // What is published from now on waits for them.
    members_.front()->connect();
    broker_.commit();
    broker_.flush();
    broker_.hand_over();
}

void Run::publish() {
    static const std::vector<std::string> subjects = {"t.a", "t.b", "t.a.b", "t.b.b", "t.b.c.d"};
    static const std::vector<std::string> colours = {"red", "green"};
    auto batch = std::make_shared<engine::PublicationBatch>();
    for (auto left = 1 + random_.below(4); left > 0; --left) {
        engine::Publication publication;
        publication.subject = subjects[random_.below(subjects.size())];
        publication.data = "d" + std::to_string(++published_);
        publication.attributes = {{"colour", "String", colours[random_.below(2)]}};
        batch->push_back(std::move(publication));
    }
    note("publish up to d" + std::to_string(published_));
    asked_.emplace(++requests_, batch);
    broker_.submit({0, 0, requests_}, engine::Publish{{"", "t"}, batch, false});
}

void Run::told(std::uint64_t request, const engine::Answer& answer) {
    const auto* results = std::get_if<engine::PublishResults>(&answer.body);
    if (results == nullptr) return;
    epoch_ = results->epoch;
    const auto node = asked_.extract(request);
    for (std::size_t i = 0; i < results->results.size(); ++i) {
        if (results->results[i].status != Errc::ok) throw Broken("a publication is refused");
        const auto& publication = (*node.mapped())[i];
        truth_.add(results->epoch, *results->results[i].offset,
                   {publication.subject, publication.data, publication.attributes.front().value});
    }
}

void Run::crash() {
    const bool lose_last = chance(2);
    note(lose_last ? "crash, the last commit is lost" : "crash");
    ++tally_.crashes;
    for (auto& subscriber : subscribers_) subscriber->disconnect();
    for (auto& member : members_) member->disconnect();
    asked_.clear();
    broker_.crash(lose_last);
}

void Run::act(Subscriber& subscriber) {
    const auto dice = random_.below(9);
    if (dice < 2 && subscriber.connected()) {
        ++tally_.disconnects;
        subscriber.disconnect();
    } else if (dice < 5) {
        if (subscriber.ended()) subscriber.disconnect();
        if (!subscriber.connected()) subscriber.connect();
    } else {
        for (auto times = random_.below(4); times > 0; --times) subscriber.read(random_.below(1'000));
    }
}

void Run::act(Member& member) {
    const auto dice = random_.below(20);
    if (dice == 0) return member.disconnect();
    if (!member.connected()) return member.connect();
    if (dice < 10) return member.read(random_.below(300));
    if (dice < 18) return member.acknowledge(random_, 1 + random_.below(3));
    member.reject(random_);
}

void Run::pass_second() {
    broker_.now = broker_.now + Milliseconds(1'000);
    for (auto& member : members_) member->second_passed();
}

void Run::step() {
    // In the busy stretches subscribers fall behind, in the others they catch up and wait for the next publication.
    if (chance(60)) busy_ = !busy_;
    if (!busy_ && chance(10)) publish();
    if (!members_.empty() && chance(3)) return act(*members_[random_.below(members_.size())]);
    const auto dice = random_.below(20);
    if (dice < 10) return act(*subscribers_[random_.below(subscribers_.size())]);
    if (dice == 10) return broker_.flush();
    if (dice < 13) return broker_.commit();
    if (dice < 15) return broker_.hand_over();
    if (dice == 15 && chance(15)) return crash();
    if (dice == 16) return pass_second();
    if (dice == 17 && profile_.topic_goes && chance(20)) {
        note("delete the topic");
        return broker_.submit({}, engine::DeleteTopic{{"", "t"}});
    }
    if (dice > 16 && busy_) publish();
}

void Run::hand_on() {
    broker_.commit();
    broker_.flush();
    broker_.hand_over();
}

void Run::settle() {
    note("settle");
    // So that there is a topic, and its epoch is known.
    publish();
    for (int round = 0; round < 4; ++round) {
        for (auto& subscriber : subscribers_) {
            if (subscriber->ended()) subscriber->disconnect();
            if (!subscriber->connected()) subscriber->connect();
        }
        hand_on();
        for (auto& subscriber : subscribers_) do {
                subscriber->read(1'000'000);
            } while (!subscriber->all_read());
    }
    for (const auto& subscriber : subscribers_) {
        subscriber->check_level(epoch_);
        subscriber->check_seen();
    }
    if (broker_.metrics.subscribers_behind.value() != 0) throw Broken("somebody is behind, and all have read all");

    if (!members_.empty()) settle_members();
}

/// What still waits in the durable subscription.
std::uint64_t Run::waiting() {
    const auto listed = engine::list_subscriptions(*broker_.store.begin_read(), broker_.now, {"", "t"}, {});
    if (!listed.has_value() || listed->subscriptions.size() != 1) throw Broken("the durable subscription is gone");
    return listed->subscriptions.front().waiting;
}

/// All that waits comes to somebody, and stays away when it is acknowledged.
void Run::settle_members() {
    for (int round = 0; waiting() > 0; ++round) {
        if (round == rounds_max)
            throw Broken(std::to_string(waiting()) + " publications wait, and nobody is pushed them");
        for (auto& member : members_) {
            if (!member->connected()) member->connect();
            do {
                member->read(1'000'000);
            } while (!member->all_read());
            member->acknowledge(random_, 10);
        }
        hand_on();
        // What went with a lost connection comes back when its time is over.
        if (round % 8 == 7) {
            broker_.now = broker_.now + patience;
            deliveries_.patience_is_over = true;
        }
        pass_second();
    }
    for (const auto& data : truth_.all(members_want_))
        if (!deliveries_.given.contains(data) || !deliveries_.attempted.contains(data))
            throw Broken(data + " does not wait any more, and no member has acknowledged it");
}

}  // namespace

std::string to_string(const Diary& diary) {
    std::string text;
    for (const auto& line : diary.lines) text += "    " + line + "\n";
    return text;
}

std::optional<Mismatch> run(std::uint64_t seed, std::size_t steps, Tally& tally) {
    Run run(seed, tally);
    try {
        for (std::size_t i = 0; i < steps; ++i) run.step();
        run.settle();
    } catch (const Broken& broken) {
        return Mismatch{run.take_diary(), broken.what()};
    }
    return std::nullopt;
}

}  // namespace tern::recovery_model
