//! The library of illustrations.

use super::{Name, drawn};

/// Likeness of a word from which a misspelt query finds it.
const ALIKE: f64 = 0.85;

/// Illustrations: values of `illustrationName`. The compositor has a drawing of each.
pub const ILLUSTRATIONS: &[Name] = &[
    drawn("IHello", "Hello"),
    drawn("IWelcome", "Welcome"),
    drawn("IWelcomeAboard", "Welcome aboard"),
    drawn("IProductDemo", "Product demo"),
    drawn("IProductExplainer", "Product explainer"),
    drawn("ILaunchDay", "Launch day"),
    drawn("ILaunchEvent", "Launch event"),
    drawn("ICharts", "Charts"),
    drawn("IGrowthChart", "Growth chart"),
    drawn("IDataAnalysis", "Data analysis"),
    drawn("IAnalytics", "Analytics"),
    drawn("IContentCreator", "Content creator"),
    drawn("IVideoTutorial", "Video tutorial"),
    drawn("IOnlineVideo", "Online video"),
    drawn("ICreativeThinking", "Creative thinking"),
    drawn("ICreativeProcess", "Creative process"),
    drawn("IColorPalette", "Colour palette"),
    drawn("IDesignComponents", "Design components"),
    drawn("ITeamCollaboration", "Team collaboration"),
    drawn("IMegaphone", "Megaphone"),
    drawn("ITakingNotes", "Taking notes"),
    drawn("IMeetingBoard", "Meeting board"),
    drawn("IAiChat", "AI chat"),
    drawn("IChatBot", "Chatbot"),
    drawn("IAiAgent", "AI agent"),
    drawn("ITeamwork", "Teamwork"),
    drawn("IBrainstorm", "Brainstorm"),
    drawn("IIdea", "Idea"),
    drawn("IGoal", "Goal"),
    drawn("IAchievement", "Achievement"),
    drawn("ICelebration", "Celebration"),
    drawn("ICalendar", "Calendar"),
    drawn("ISchedule", "Schedule"),
    drawn("ITimeline", "Timeline"),
    drawn("IChecklist", "Checklist"),
    drawn("IEmail", "Email"),
    drawn("INewsletter", "Newsletter"),
    drawn("INotification", "Notification"),
    drawn("ISearch", "Search"),
    drawn("ISettings", "Settings"),
    drawn("ISecurity", "Security"),
    drawn("IPrivacy", "Privacy"),
    drawn("ICloudStorage", "Cloud storage"),
    drawn("IMobileApp", "Mobile app"),
    drawn("IWebsite", "Website"),
    drawn("ICoding", "Coding"),
    drawn("IBugFix", "Bug fix"),
    drawn("IDatabase", "Database"),
    drawn("IServer", "Server"),
    drawn("IOnlineShopping", "Online shopping"),
    drawn("IPayment", "Payment"),
    drawn("ISavings", "Savings"),
    drawn("IFinance", "Finance"),
    drawn("IDelivery", "Delivery"),
    drawn("IPackage", "Package"),
    drawn("ITravel", "Travel"),
    drawn("ILocation", "Location"),
    drawn("IWorldwide", "Worldwide"),
    drawn("IPodcast", "Podcast"),
    drawn("IMusic", "Music"),
    drawn("IPhotography", "Photography"),
    drawn("ILivestream", "Livestream"),
    drawn("ISocialMedia", "Social media"),
    drawn("ICustomerSupport", "Customer support"),
    drawn("IFeedback", "Feedback"),
    drawn("IQuestions", "Questions"),
    drawn("IReading", "Reading"),
    drawn("IOnlineLearning", "Online learning"),
    drawn("IGraduation", "Graduation"),
    drawn("IPresentation", "Presentation"),
    drawn("IRemoteWork", "Remote work"),
    drawn("ICoffeeBreak", "Coffee break"),
    drawn("IHealth", "Health"),
    drawn("INature", "Nature"),
    drawn("ISuccess", "Success"),
    drawn("IPartnership", "Partnership"),
    drawn("ISolution", "Solution"),
    drawn("IHiring", "Hiring"),
    drawn("IContract", "Contract"),
    drawn("IGift", "Gift"),
    drawn("IStorytelling", "Storytelling"),
    drawn("IStrategy", "Strategy"),
    drawn("IInvestment", "Investment"),
    drawn("IVirtualMeeting", "Virtual meeting"),
];

/// Names of the illustrations that a query finds, the likeliest first: those whose
/// label or name holds it, in any case; where none does, those with a word like it. An
/// empty query finds all, in the order of the table.
pub fn search_illustrations(query: &str) -> Vec<&'static str> {
    let query = query.trim().to_lowercase();
    let likeness = |name: &Name| {
        let label = name.label.to_lowercase();
        if label.starts_with(&query) {
            return 3.0;
        }
        if label.contains(&query) || name.id.to_lowercase().contains(&query) {
            return 2.0;
        }
        label
            .split(' ')
            .map(|word| strsim::jaro_winkler(word, &query))
            .fold(0.0, f64::max)
    };
    let mut found: Vec<(f64, &str)> = ILLUSTRATIONS
        .iter()
        .map(|name| (likeness(name), name.id))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    found.sort_by(|one, two| two.0.total_cmp(&one.0));
    let holds = found.first().is_some_and(|(likeness, _)| *likeness >= 2.0);
    found.retain(|(likeness, _)| !holds || *likeness >= 2.0);
    found.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_query_finds_what_it_says_and_what_it_almost_says() {
        assert_eq!(search_illustrations(" chatbot "), ["IChatBot"]);
        assert_eq!(search_illustrations("IAiA"), ["IAiAgent"]);
        assert_eq!(search_illustrations("chart")[0], "ICharts");
        assert!(search_illustrations("chart").contains(&"IGrowthChart"));
        assert!(search_illustrations("megafone").contains(&"IMegaphone"));
        assert!(search_illustrations("xyzzy").is_empty());
        assert_eq!(search_illustrations("").len(), ILLUSTRATIONS.len());
    }

    #[test]
    fn no_name_is_there_twice() {
        let names: BTreeSet<_> = ILLUSTRATIONS.iter().map(|name| name.id).collect();
        assert_eq!(names.len(), ILLUSTRATIONS.len());
    }
}
