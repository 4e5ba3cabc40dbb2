//! Names, towns and streets by country. Where a name is not written in Latin letters, its Latin form stands beside it for the e-mail.

/// A country people come from.
pub(super) struct Land {
    /// ISO code.
    pub(super) code: &'static str,
    /// Share of customers.
    pub(super) weight: i64,
    /// Given names.
    pub(super) first: &'static str,
    /// Family names.
    pub(super) last: &'static str,
    /// Towns with the beginning of their postal code.
    pub(super) towns: &'static str,
    /// Streets.
    pub(super) streets: &'static str,
    /// Telephone prefix.
    pub(super) dial: &'static str,
    /// Language tag.
    pub(super) language: &'static str,
}

/// `Hanseong/한성` is a name and its Latin form; a name without a stroke is its own.
pub(super) fn forms(entry: &'static str) -> (&'static str, &'static str) {
    entry.split_once('/').unwrap_or((entry, entry))
}

const GERMAN_FIRST: &str = "Anna Lena Jonas Lukas Marie Finn Emma Paul Hannah Leon Clara Felix Sophie Max Johanna Moritz Frieda Jakob Greta \
    Niklas Ida Jürgen Ulrike Götz Käthe Björn";
const GERMAN_LAST: &str = "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf \
    Schröder Neumann Krüger Hansen Petersen Jensen Lüders Böhm";

/// Every country, most customers first.
pub(super) const LANDS: &[Land] = &[
    Land {
        code: "DE",
        weight: 260,
        first: GERMAN_FIRST,
        last: GERMAN_LAST,
        towns: "Hamburg:20 Kiel:24 Bremen:28 Lübeck:23 Rostock:18 Flensburg:24 Berlin:10 Cuxhaven:27 Stralsund:18 Köln:50",
        streets: "Hafenstraße Deichweg Am_Kai Seestraße Mühlenweg Lindenallee Bahnhofstraße Fischmarkt",
        dial: "+49 40",
        language: "de",
    },
    Land {
        code: "GB",
        weight: 150,
        first: "Oliver Amelia George Isla Harry Ava Jack Emily Arthur Grace Noah Freya Alfie Poppy Theo Florence Henry Evie Callum Niamh",
        last: "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood O'Brien Fraser",
        towns: "Southampton:SO14 Portsmouth:PO1 Plymouth:PL1 Falmouth:TR11 Cowes:PO31 Bristol:BS1 Glasgow:G1 Cardiff:CF10",
        streets: "High_Street Quay_Road Harbour_Lane Station_Road Mill_Lane Church_Street The_Strand",
        dial: "+44 20",
        language: "en",
    },
    Land {
        code: "NL",
        weight: 120,
        first: "Daan Emma Sem Julia Lucas Tess Levi Sophie Finn Zoë Milan Sara Bram Fleur Thijs Anouk Joost Femke",
        last: "Jong Jansen Vries Berg Bakker Visser Smit Meijer Boer Mulder Groot Bos Vos Peters Hendriks Dekker Brouwer",
        towns: "Amsterdam:10 Rotterdam:30 Harlingen:88 Lemmer:85 Enkhuizen:16 Den_Helder:17 Zierikzee:43 Utrecht:35",
        streets: "Havenweg Kerkstraat Dijk Molenlaan Prinsengracht Kade Dorpsstraat",
        dial: "+31 20",
        language: "nl",
    },
    Land {
        code: "FR",
        weight: 90,
        first: "Gabriel Louise Léo Jade Raphaël Emma Louis Alice Jules Chloé Hugo Manon Élise Théo Zoé François Hélène Benoît",
        last: "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Girard Fournier Garnier",
        towns: "Brest:29 Lorient:56 La_Rochelle:17 Marseille:13 Saint-Malo:35 Nice:06 Paris:75",
        streets: "Rue_du_Port Quai_des_Brumes Avenue_de_la_Mer Rue_Voltaire Place_du_Marché",
        dial: "+33 1",
        language: "fr",
    },
    Land {
        code: "SE",
        weight: 60,
        first: "Elsa William Astrid Liam Maja Noah Ebba Hugo Åsa Oscar Wilma Axel Björn Saga Göran",
        last: "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Svensson Gustafsson Lindberg Sjöberg Åkesson",
        towns: "Göteborg:41 Stockholm:11 Malmö:21 Marstrand:44 Karlskrona:37 Visby:62",
        streets: "Hamngatan Strandvägen Storgatan Kyrkogatan Sjövägen",
        dial: "+46 8",
        language: "sv",
    },
    Land {
        code: "DK",
        weight: 50,
        first: "Freja Oscar Ida Karl Clara Valdemar Alma Søren Anker Luna Mikkel Kirstine Jørgen",
        last: "Nielsen Jensen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Møller Østergaard",
        towns: "København:10 Aarhus:80 Svendborg:57 Skagen:99 Esbjerg:67",
        streets: "Havnegade Strandvej Kirkegade Nygade Søgade",
        dial: "+45 33",
        language: "da",
    },
    Land {
        code: "NO",
        weight: 40,
        first: "Nora Jakob Emma Emil Ella Noah Ingrid Oskar Sigrid Håkon Øyvind Åse",
        last: "Hansen Johansen Olsen Larsen Andersen Nilsen Kristiansen Berg Haugen Bakken Sæther Ødegård",
        towns: "Oslo:01 Bergen:50 Stavanger:40 Kristiansand:46 Ålesund:60",
        streets: "Havnegata Strandgata Kirkeveien Sjøgata Bryggen",
        dial: "+47 22",
        language: "nb",
    },
    Land {
        code: "PL",
        weight: 55,
        first: "Zofia Antoni Hanna Jan Julia Jakub Maja Szymon Łucja Michał Agnieszka Paweł Małgorzata Stanisław",
        last: "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski",
        towns: "Gdańsk:80 Gdynia:81 Szczecin:70 Sopot:81 Warszawa:00",
        streets: "Portowa Morska Długa Lipowa Słoneczna Żeglarska",
        dial: "+48 58",
        language: "pl",
    },
    Land {
        code: "IT",
        weight: 45,
        first: "Leonardo Sofia Francesco Aurora Alessandro Giulia Lorenzo Ginevra Niccolò Beatrice Matteo Chiara",
        last: "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo D'Angelo",
        towns: "Genova:16 Livorno:57 Napoli:80 Trieste:34 Venezia:30",
        streets: "Via_del_Porto Via_Roma Corso_Italia Via_Garibaldi Piazza_Dante",
        dial: "+39 010",
        language: "it",
    },
    Land {
        code: "ES",
        weight: 40,
        first: "Hugo Lucía Martín Sofía Mateo María Lucas Paula Álvaro Inés Íñigo Begoña",
        last: "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Núñez Muñoz",
        towns: "Barcelona:08 Valencia:46 Palma:07 Cádiz:11 Bilbao:48",
        streets: "Calle_Mayor Paseo_Marítimo Calle_del_Puerto Avenida_del_Sol",
        dial: "+34 93",
        language: "es",
    },
    Land {
        code: "GR",
        weight: 25,
        first: "Γιώργος/Giorgos Μαρία/Maria Νίκος/Nikos Ελένη/Eleni Δημήτρης/Dimitris Σοφία/Sofia Κώστας/Kostas Άννα/Anna",
        last: "Παπαδόπουλος/Papadopoulos Βασιλείου/Vasileiou Γεωργίου/Georgiou Νικολάου/Nikolaou Οικονόμου/Oikonomou Ιωάννου/Ioannou",
        towns: "Πειραιάς:185 Αθήνα:105 Θεσσαλονίκη:546 Κέρκυρα:491",
        streets: "Ακτή_Μιαούλη Ερμού Αθηνάς Λεωφόρος_Ποσειδώνος",
        dial: "+30 21",
        language: "el",
    },
    Land {
        code: "UA",
        weight: 20,
        first: "Олена/Olena Андрій/Andrii Оксана/Oksana Тарас/Taras Марія/Mariia Іван/Ivan Софія/Sofiia Богдан/Bohdan",
        last: "Шевченко/Shevchenko Коваленко/Kovalenko Бондаренко/Bondarenko Ткаченко/Tkachenko Кравченко/Kravchenko Мельник/Melnyk",
        towns: "Одеса:65 Миколаїв:54 Київ:01",
        streets: "Морська Портова Шевченка Набережна",
        dial: "+380 48",
        language: "uk",
    },
    Land {
        code: "JP",
        weight: 20,
        first: "陽菜/Hina 蓮/Ren 結衣/Yui 大翔/Hiroto さくら/Sakura 健太/Kenta 美咲/Misaki 翔太/Shota",
        last: "佐藤/Sato 鈴木/Suzuki 高橋/Takahashi 田中/Tanaka 渡辺/Watanabe 伊藤/Ito 山本/Yamamoto 中村/Nakamura",
        towns: "横浜市:220 神戸市:650 東京:100 長崎市:850",
        streets: "港町 海岸通 本町 桜木町",
        dial: "+81 45",
        language: "ja",
    },
    Land {
        code: "US",
        weight: 25,
        first: "Liam Olivia Noah Ava Ethan Mia Mason Harper Logan Abigail Jackson Ella Carter Zoey",
        last: "Anderson Martinez Miller Davis Garcia Clark Lewis Young Allen King Scott Nguyen Hill",
        towns: "Newport:028 Annapolis:214 Seattle:981 Boston:021 San_Diego:921",
        streets: "Main_Street Harbor_Drive Ocean_Avenue Dock_Street Maple_Avenue",
        dial: "+1 401",
        language: "en",
    },
];
