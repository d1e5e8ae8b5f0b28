// SPDX-License-Identifier: BSD-3-Clause
#include "plugins/catalog.hpp"

#include "plugins/descriptor_check.hpp"

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace subflowd::plugins {

Catalog::Catalog(std::span<const PluginDescriptor* const> builtIn,
                 std::vector<PluginDirectory> directories)
    : builtIn_(builtIn.begin(), builtIn.end()), directories_(std::move(directories)) {
    for (const auto& [path, presence] : directories_) {
        std::error_code error;
        if (presence == PluginDirectory::Presence::required &&
            !std::filesystem::is_directory(path, error))
            throw std::runtime_error("The plugin directory " + path.string() +
                                     " does not exist: create it or do not name it.");
    }
}

std::variant<const PluginDescriptor*, Refusal> Catalog::find(std::string_view name) {
    if (!isPolicyName(name))
        return Refusal{'"' + std::string{name} + "\" cannot be the name of a policy"};
    const auto fileName = std::string{name} + ".so";
    for (const auto& directory : directories_) {
        auto opened = openTrusted(directory.path, fileName);
        if (auto* file = std::get_if<TrustedFile>(&opened))
            return use(std::move(*file), std::string{name});
        if (auto* distrust = std::get_if<Distrust>(&opened))
            return Refusal{std::move(distrust->text)};
    }
    return findBuiltIn(name);
}

std::variant<const PluginDescriptor*, Refusal> Catalog::use(TrustedFile file,
                                                            const std::string& name) {
    const auto path = file.path.string();
    auto at = std::ranges::find(loaded_, file.id, &Loaded::file);
    if (at == loaded_.end()) {
        const auto id = file.id;
        auto loaded = loadLibrary(std::move(file));
        if (std::holds_alternative<Refusal>(loaded))
            return loaded;
        at = loaded_.insert(at, {id, name, path, std::get<const PluginDescriptor*>(loaded)});
    }
    if (const auto objection = checkDescriptor(*at->descriptor, name))
        return Refusal{path + " cannot be used: " + *objection};
    return at->descriptor;
}

std::variant<const PluginDescriptor*, Refusal> Catalog::findBuiltIn(std::string_view name) const {
    for (const auto* descriptor : builtIn_)
        if (descriptor->name == name)
            return descriptor;
    return Refusal{everyPlace(name)};
}

std::string Catalog::everyPlace(std::string_view name) const {
    std::string builtIn;
    for (const auto* descriptor : builtIn_)
        builtIn += (builtIn.empty() ? "" : ", ") + std::string{descriptor->name};
    std::string searched;
    for (const auto& directory : directories_)
        searched += (searched.empty() ? "" : ", ") + directory.path.string();
    return "there is no policy " + std::string{name} + ": built in are " +
           (builtIn.empty() ? "none" : builtIn) + ", and no " + std::string{name} + ".so is in " +
           (searched.empty() ? "any directory" : searched);
}

std::filesystem::path Catalog::fileOf(const PluginDescriptor& descriptor) const {
    const auto at = std::ranges::find(loaded_, &descriptor, &Loaded::descriptor);
    return at == loaded_.end() ? std::filesystem::path{} : at->path;
}

std::vector<const PluginDescriptor*> Catalog::known() const {
    std::vector<const PluginDescriptor*> all;
    const auto add = [&all](const PluginDescriptor* descriptor) {
        const auto sameName = [descriptor](const PluginDescriptor* other) {
            return std::string_view{other->name} == descriptor->name;
        };
        if (std::ranges::none_of(all, sameName))
            all.push_back(descriptor);
    };
    std::for_each(loaded_.rbegin(), loaded_.rend(), [&add](const Loaded& loaded) {
        if (!checkDescriptor(*loaded.descriptor, loaded.name))
            add(loaded.descriptor);
    });
    std::ranges::for_each(builtIn_, add);
    return all;
}

} // namespace subflowd::plugins
