#include "broker/store/lmdb_pages.hpp"

#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "broker/base/bytes.hpp"
#include "broker/store/lmdb_layout.hpp"
#include "broker/store/table.hpp"

namespace tern::store {
namespace {

// The layout of LMDB 0.9 on a 64-bit machine: a header page holds MDB_meta behind its page header, with an MDB_db each
// for the free list and the list of tables; see lmdb_header.cpp for the rest of it.
constexpr std::size_t main_tree_at = 88;
constexpr std::size_t tree_bytes = 48;
constexpr std::size_t page_header_bytes = 16;
constexpr std::size_t node_header_bytes = 8;
constexpr std::size_t depth_max = 32;

constexpr std::uint16_t branch_flag = 0x01;
constexpr std::uint16_t leaf_flag = 0x02;
constexpr std::uint16_t overflow_flag = 0x04;
constexpr std::uint16_t big_data_flag = 0x01;
constexpr std::uint16_t tree_data_flag = 0x02;
constexpr std::uint64_t no_page = ~std::uint64_t{0};

/// What ends the walk of a tree.
struct Broken : std::runtime_error {
    Broken(std::uint64_t at, const std::string& why) : std::runtime_error(why), page(at) {}
    std::uint64_t page;
};

/// MDB_db: what leads to the pages of one tree.
struct Tree {
    explicit Tree(BytesView bytes)
        : flags(load_little<std::uint16_t>(bytes.data() + 4)),
          depth(load_little<std::uint16_t>(bytes.data() + 6)),
          root(load_little<std::uint64_t>(bytes.data() + 40)) {}
    std::uint16_t flags;
    std::uint16_t depth;
    std::uint64_t root;
};

struct NamedTree {
    std::string name;
    Tree tree;
};

class Pages {
public:
    Pages(int file_descriptor, std::size_t page_bytes) : file_descriptor_(file_descriptor), page_bytes_(page_bytes) {}

    void set_last(std::uint64_t last) { last_ = last; }
    std::size_t page_bytes() const { return page_bytes_; }
    std::uint64_t last() const { return last_; }

    Bytes read(std::uint64_t number) const {
        Bytes page(page_bytes_, '\0');
        const auto count =
            ::pread(file_descriptor_, page.data(), page.size(), static_cast<off_t>(number * page_bytes_));
        if (count != static_cast<ssize_t>(page.size())) throw Broken(number, "cannot be read");
        return page;
    }

    /// A page of a tree, its header checked.
    Bytes read_checked(std::uint64_t number, std::uint16_t flags) const {
        if (number < 2 || number > last_) throw Broken(number, "is none of the pages in use");
        auto page = read(number);
        if (load_little<std::uint64_t>(page.data()) != number) throw Broken(number, "does not carry its own number");
        if (load_little<std::uint16_t>(page.data() + 10) != flags)
            throw Broken(number, "is of another kind than expected");
        return page;
    }

private:
    int file_descriptor_;
    std::size_t page_bytes_;
    std::uint64_t last_ = 0;
};

/// Walks one tree in the order of its keys.
class TreeWalk {
public:
    /// Trees that are named in the leaves are added to `found`; null where there must be none.
    TreeWalk(const Pages& pages, std::vector<NamedTree>* found) : pages_(pages), found_(found) {}

    void walk(const Tree& tree) {
        if (tree.flags != 0) throw Broken(tree.root, "is the root of a tree of an unknown kind");
        if (tree.root == no_page) return;
        if (tree.depth == 0 || tree.depth > depth_max)
            throw Broken(tree.root, "is the root of a tree of impossible depth");
        walk_page(tree.root, tree.depth);
    }

private:
    struct Node {
        std::uint32_t low;
        std::uint16_t flags;
        BytesView key;
        /// What follows the key on the page.
        BytesView rest;
    };

    void walk_page(std::uint64_t number, std::size_t depth) {
        const bool leaf = depth == 1;
        const auto page = pages_.read_checked(number, leaf ? leaf_flag : branch_flag);
        const std::size_t lower = load_little<std::uint16_t>(page.data() + 12);
        const std::size_t upper = load_little<std::uint16_t>(page.data() + 14);
        const auto count = (lower - page_header_bytes) / 2;
        if (lower < page_header_bytes || lower % 2 != 0 || lower > upper || upper > page.size() ||
            count < (leaf ? 1 : 2)) {
            throw Broken(number, "has impossible bounds");
        }
        for (std::size_t at = 0; at < count; ++at) {
            const auto node =
                read_node(page, number, load_little<std::uint16_t>(page.data() + page_header_bytes + 2 * at), upper);
            if (leaf) {
                check_leaf_node(number, node);
            } else {
                // The first key of a branch page is not looked at by anybody.
                if (at > 0) check_separator(number, node.key);
                walk_page(node.low | static_cast<std::uint64_t>(node.flags) << 32, depth - 1);
            }
        }
    }

    static Node read_node(BytesView page, std::uint64_t number, std::size_t offset, std::size_t upper) {
        if (offset < upper || offset % 2 != 0 || offset + node_header_bytes > page.size()) {
            throw Broken(number, "has a row outside its bounds");
        }
        const auto* at = page.data() + offset;
        const std::size_t key_bytes = load_little<std::uint16_t>(at + 6);
        const auto behind = page.substr(offset + node_header_bytes);
        if (key_bytes > key_bytes_max || key_bytes > behind.size())
            throw Broken(number, "has a key of impossible length");
        return {load_little<std::uint32_t>(at), load_little<std::uint16_t>(at + 4), behind.substr(0, key_bytes),
                behind.substr(key_bytes)};
    }

    /// All keys before it are below it and none behind it is, or a search would go astray.
    void check_separator(std::uint64_t number, BytesView key) {
        if (key <= last_key_) throw Broken(number, "leads to keys out of order");
        floor_ = Bytes(key);
    }

    void check_leaf_node(std::uint64_t number, const Node& node) {
        if (node.key.empty() || node.key < floor_ || (!last_key_.empty() && node.key <= last_key_)) {
            throw Broken(number, "has keys out of order");
        }
        last_key_ = Bytes(node.key);

        const std::size_t bytes = node.low;
        const bool big = node.flags == big_data_flag;
        if (node.rest.size() < (big ? sizeof(std::uint64_t) : bytes))
            throw Broken(number, "has a value beyond its end");
        if (big) return check_overflow(load_little<std::uint64_t>(node.rest.data()), bytes);
        if (node.flags == 0) return;

        if (node.flags != tree_data_flag || found_ == nullptr || bytes != tree_bytes) {
            throw Broken(number, "has a row of an unknown kind");
        }
        found_->push_back({Bytes(node.key), Tree(node.rest.substr(0, tree_bytes))});
    }

    void check_overflow(std::uint64_t number, std::size_t bytes) const {
        const auto page = pages_.read_checked(number, overflow_flag);
        const auto needed = (page_header_bytes + bytes + page.size() - 1) / page.size();
        if (load_little<std::uint32_t>(page.data() + 12) != needed || needed > pages_.last() - number + 1) {
            throw Broken(number, "begins a value of impossible length");
        }
    }

    const Pages& pages_;
    std::vector<NamedTree>* found_;
    Bytes last_key_;
    /// The last separator that led here: no key from here on is below it.
    Bytes floor_;
};

void walk(const Pages& pages, const std::string& name, const Tree& tree, std::vector<NamedTree>* found,
          std::vector<PageFault>& faults) {
    try {
        TreeWalk(pages, found).walk(tree);
    } catch (const Broken& broken) {
        faults.push_back({name, broken.page, broken.what()});
    }
}

}  // namespace

std::optional<std::vector<PageFault>> find_page_faults(int file_descriptor, std::uint64_t transaction_id) {
    Pages pages(file_descriptor, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
    // A transaction's header page is one of two, in turns.
    const auto header = pages.read(transaction_id % 2);
    if (load_little<std::uint64_t>(header.data() + transaction_at) != transaction_id) return std::nullopt;
    pages.set_last(load_little<std::uint64_t>(header.data() + last_page_at));

    std::vector<PageFault> faults;
    std::vector<NamedTree> tables;
    walk(pages, "", Tree(BytesView(header).substr(main_tree_at, tree_bytes)), &tables, faults);
    for (const auto& [name, tree] : tables) walk(pages, name, tree, nullptr, faults);
    return faults;
}

}  // namespace tern::store
